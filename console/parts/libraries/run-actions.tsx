import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { findsFault, hasEnded } from '../../../cli/library-run-words.ts';
import { bytes } from '../../../cli/units.ts';
import type { LibraryRunView } from '../../../core/contracts/library-runs.ts';
import { libraryAddress } from '../../addresses.ts';
import { call } from '../../api.ts';
import { onNamedTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { useFollow } from '../go.tsx';
import { Failed } from '../states.tsx';
import { useIntent } from '../use-intent.ts';
import { Waits } from '../waits.tsx';
import { useStartLibraryRun } from './start-library-run.ts';

const words = texts.libraryRun;

/** A plan that a prune was asked to show only, and that has something to free. */
const plannedBytes = ({ outcome, planOnly, state }: LibraryRunView): number | undefined =>
  planOnly && state === 'completed' && outcome?.task === 'prune' ? outcome.plan?.bytesGivenBack : undefined;

/** What may be done with it as it is: cancel it, or do what it has shown to be needed. */
export const RunActions = ({ run }: { readonly run: LibraryRunView }) => {
  const [asking, setAsking] = useState<'cancel' | 'prune'>();
  const queries = useQueryClient();
  const follow = useFollow();
  const { runId, tenantId, serviceId } = run;
  const start = useStartLibraryRun(tenantId);
  const { keyFor } = useIntent();
  const cancel = useMutation({
    mutationFn: () => {
      const { route, on } = onNamedTenant('cancelLibraryRun', tenantId);
      return call(route, { params: { ...on, runId }, idempotencyKey: keyFor(runId) });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['library-run', tenantId, runId] }),
  });
  const planned = plannedBytes(run);
  const leave = (): void => setAsking(undefined);
  const pending = start.data?.waits;
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="xs">
        {hasEnded(run) ? null : (
          <Button loading={cancel.isPending} onClick={() => setAsking('cancel')}>
            {words.cancel}
          </Button>
        )}
        {planned === undefined ? null : (
          <Button variant="primary" loading={start.isPending} onClick={() => setAsking('prune')}>
            {words.prune}
          </Button>
        )}
        {run.task === 'check' && findsFault(run) ? (
          <Button variant="primary" href={`${libraryAddress(tenantId)}&start=repair`} onFollow={follow}>
            {words.repair}
          </Button>
        ) : null}
      </SpaceBetween>
      {cancel.error ? <Failed error={cancel.error} /> : null}
      {start.error ? <Failed error={start.error} /> : null}
      {pending ? <Waits approval={pending} tenant={tenantId} /> : null}
      <Confirm
        visible={asking === 'cancel'}
        header={words.cancelHeader}
        act={words.doCancel}
        onLeave={leave}
        onAct={() => {
          leave();
          cancel.mutate();
        }}
      >
        {words.cancelText}
      </Confirm>
      <Confirm
        visible={asking === 'prune'}
        header={words.pruneHeader}
        act={words.doPrune}
        onLeave={leave}
        onAct={() => {
          leave();
          start.mutate({ task: 'prune', serviceId });
        }}
      >
        {words.pruneText(bytes(planned ?? 0))}
      </Confirm>
    </SpaceBetween>
  );
};
