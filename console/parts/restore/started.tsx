/** A restore that was started by the wizard: how far it is, and what has become of it. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useLocation, useSearchParams } from 'react-router';
import { isOver } from '../../../cli/job-words.ts';
import { jobAddress } from '../../addresses.ts';
import { texts } from '../../texts.ts';
import { useFollow } from '../go.tsx';
import { usePoint } from '../instances/points.ts';
import { JobActions } from '../job-actions.tsx';
import { JobErrors } from '../job-errors.tsx';
import { JobInstances } from '../job-instances.tsx';
import { JobState } from '../job-state.tsx';
import { NoData } from '../no-data.tsx';
import { Waiting } from '../states.tsx';
import { useTenant } from '../tenant-choice.tsx';
import { useJob } from '../use-job.ts';
import { Restored, timesOf } from './restored.tsx';
import { forgetSent, sentOf } from './sent.ts';
import { useOwner } from './use-start.ts';

const words = texts.restore.started;

export const Started = ({ jobId }: { readonly jobId: string }) => {
  const { tenant } = useTenant();
  const follow = useFollow();
  const [, setSearch] = useSearchParams();
  const owner = useOwner();
  const times: number = useLocation().state?.times ?? 1;
  const { data: job, error, refetch } = useJob(jobId, tenant);
  const point = usePoint(job?.request.recoveryPointId, tenant);
  if (!job && error) return <NoData error={error} retry={() => void refetch()} />;
  if (!job) return <Waiting text={words.loading} />;
  const [instance] = job.instances ?? [];
  const result = instance?.phase === 'done' ? instance.result : undefined;
  const again = (): void => {
    // it is over, and is meant once more
    if (sentOf(sessionStorage, owner)?.jobId === jobId) forgetSent(sessionStorage, owner);
    setSearch((before) => {
      const after = new URLSearchParams(before);
      after.delete('job');
      after.set('step', 'review');
      return after;
    });
  };
  return (
    <SpaceBetween size="l">
      {times > 1 ? <Alert type="info">{words.onceOnly(times)}</Alert> : null}
      {result ? <Restored job={job} result={result} point={point.data} /> : null}
      {isOver(job) || job.state === 'suspended' ? null : (
        <Alert type="info" header={words.running}>
          {words.runningText}
        </Alert>
      )}
      <JobErrors job={job} />
      <Header
        variant="h2"
        description={result ? undefined : timesOf(job)}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {isOver(job) && !result ? <Button onClick={again}>{words.again}</Button> : null}
            <Button href={jobAddress(job.jobId, tenant)} onFollow={follow}>
              {words.openJob}
            </Button>
            <JobActions job={job} tenant={tenant} />
          </SpaceBetween>
        }
      >
        <JobState state={job.state} />
      </Header>
      <JobInstances job={job} />
    </SpaceBetween>
  );
};
