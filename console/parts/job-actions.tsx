import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isOver } from '../../cli/job-words.ts';
import type { JobView } from '../../core/contracts/api.ts';
import { call } from '../api.ts';
import { onTenant } from '../on-tenant.ts';
import { texts } from '../texts.ts';
import { ConfirmInPlace } from './confirm-in-place.tsx';
import { Failed } from './states.tsx';
import { useIntent } from './use-intent.ts';

const words = texts.job.actions;
const ROUTES = { cancel: 'cancelJob', suspend: 'suspendJob', resume: 'resumeJob', retry: 'retryJob' } as const;
type Action = keyof typeof ROUTES;

/** What may be done with it in the state that it is in. Whether it is, the API says. */
const actionsOf = (job: JobView): Action[] => {
  if (job.state === 'suspended') return ['resume', 'cancel'];
  if (!isOver(job)) return job.state === 'cancelling' ? [] : ['suspend', 'cancel'];
  return job.state === 'completed' ? [] : ['retry'];
};

/** However long ago it was asked for: what is on the instance by now is replaced. */
const overwrites = ({ request: { target } }: JobView, action: Action): boolean =>
  target?.kind === 'in-place' && (action === 'retry' || action === 'resume');

export const JobActions = ({ job, tenant }: { readonly job: JobView; readonly tenant: string | undefined }) => {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const { jobId, attempt } = job;
  const { keyFor, isDone } = useIntent();
  const lookAgain = () => queries.invalidateQueries({ queryKey: ['job', tenant, jobId] });
  const act = useMutation({
    mutationFn: (action: Action) => {
      const { route, on } = onTenant(ROUTES[action], tenant);
      return call(route, { params: { ...on, jobId }, idempotencyKey: keyFor({ action, jobId, attempt }) });
    },
    onSuccess: () => {
      isDone();
      return lookAgain();
    },
    // it is not in the state that the page shows
    onError: () => void lookAgain(),
  });
  const [toConfirm, setToConfirm] = useState<Action>();
  const start = (action: Action): void => {
    if (action === 'cancel') setAsking(true);
    else if (overwrites(job, action)) setToConfirm(action);
    else act.mutate(action);
  };
  const nameOf = (action: Action): string =>
    action === 'retry' && job.type === 'restore' ? words.retryRestore : words[action];
  return (
    <SpaceBetween direction="vertical" size="xs">
      <SpaceBetween direction="horizontal" size="xs">
        {actionsOf(job).map((action) => (
          <Button key={action} onClick={() => start(action)} loading={act.isPending && act.variables === action}>
            {nameOf(action)}
          </Button>
        ))}
      </SpaceBetween>
      {act.error ? <Failed error={act.error} /> : null}
      {toConfirm ? (
        <ConfirmInPlace
          job={job}
          tenant={tenant}
          act={nameOf(toConfirm)}
          onLeave={() => setToConfirm(undefined)}
          onAct={() => {
            setToConfirm(undefined);
            act.mutate(toConfirm);
          }}
        />
      ) : null}
      <Modal
        visible={asking}
        onDismiss={() => setAsking(false)}
        header={words.cancelHeader}
        footer={
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => setAsking(false)}>{words.keep}</Button>
              <Button
                variant="primary"
                onClick={() => {
                  setAsking(false);
                  act.mutate('cancel');
                }}
              >
                {words.doCancel}
              </Button>
            </SpaceBetween>
          </Box>
        }
      >
        {words.cancelText}
      </Modal>
    </SpaceBetween>
  );
};
