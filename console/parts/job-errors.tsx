import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { JobErrorView, JobView } from '../../core/contracts/api.ts';
import { Reason } from './states.tsx';

/** More than these are in the table of instances. */
const MOST = 5;

/**
 * Why a job failed, or some of its instances: a sentence, and what to do. The same sentence is said once, and the job's own,
 * which sums them up, where no instance says more.
 */
export const JobErrors = ({ job: { error, instances = [] } }: { readonly job: JobView }) => {
  const failed = instances.flatMap(({ instanceId, error: own }) => (own ? [[instanceId, own] as const] : []));
  const distinct = new Map<string, { readonly error: JobErrorView; readonly instanceIds: string[] }>();
  for (const [instanceId, own] of failed) {
    const known = distinct.get(`${own.name} ${own.message}`);
    if (known) known.instanceIds.push(instanceId);
    else distinct.set(`${own.name} ${own.message}`, { error: own, instanceIds: [instanceId] });
  }
  if (!error && failed.length === 0) return null;
  return (
    <SpaceBetween size="xs">
      {error && failed.length === 0 ? (
        <Alert type="error" header={error.name}>
          <Reason {...error} />
        </Alert>
      ) : null}
      {[...distinct.values()].slice(0, MOST).map(({ error: own, instanceIds }) => (
        <Alert key={own.message} type="error" header={`${own.name}: ${instanceIds.slice(0, MOST).join(', ')}`}>
          <Reason {...own} />
        </Alert>
      ))}
    </SpaceBetween>
  );
};
