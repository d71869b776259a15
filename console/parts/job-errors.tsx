import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { JobErrorView, JobView } from '../../core/contracts/api.ts';
import { texts } from '../texts.ts';
import { sentence } from './sentence.ts';

/** More than these are in the table of instances. */
const MOST = 5;

/** The sentence first, then what to do; the error's name, which logs and docs know it by, comes last. */
const Why = ({ error, instanceIds }: { readonly error: JobErrorView; readonly instanceIds: readonly string[] }) => (
  <Alert type="error" header={sentence(error.message)}>
    {error.remedy ? (
      <div>
        <strong>{texts.failure.whatToDo}</strong> {error.remedy}
      </div>
    ) : null}
    <Box color="text-body-secondary" fontSize="body-s">
      {texts.job.errorOf(error.name, instanceIds.slice(0, MOST), instanceIds.length - MOST)}
    </Box>
  </Alert>
);

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
      {error && failed.length === 0 ? <Why error={error} instanceIds={[]} /> : null}
      {[...distinct.values()].slice(0, MOST).map(({ error: own, instanceIds }) => (
        <Why key={`${own.name} ${own.message}`} error={own} instanceIds={instanceIds} />
      ))}
    </SpaceBetween>
  );
};
