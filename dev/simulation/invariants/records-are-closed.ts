import { isTerminal } from '../../../core/domain/job.ts';
import { withCatalog } from '../ledger.ts';
import type { Invariant } from './invariant.ts';

/** Of what has ended no order is open, no effect unaccounted for; no library run is under way; nothing waits to be undone. */
export const recordsAreClosed: Invariant = {
  name: 'records are closed',
  check: (run, ledgers) =>
    withCatalog(run, async (catalog) => {
      const wrong: string[] = [];
      for (const { tenantId, jobs } of ledgers) {
        for (const { jobId, attempt: last, state: jobState } of jobs.filter(({ state }) => isTerminal(state))) {
          for (let attempt = 1; attempt <= last; attempt++) {
            // one in quarantine is for the operator to look at
            for (const { orderId, kind, state } of await catalog.orders.ofAttempt(jobId, attempt))
              if (state === 'queued' || state === 'claimed' || state === 'failed')
                wrong.push(`${kind} order ${orderId} of the ${jobState} job ${jobId} is ${state}`);
            for (const { effectId, kind, state, resourceIds } of await catalog.effects.ofAttempt(jobId, attempt))
              if (state !== 'kept' && state !== 'undone')
                wrong.push(
                  `${kind} ${effectId} (${resourceIds.join(', ')}) of the ${jobState} job ${jobId} is ${state}`,
                );
          }
        }
        for (const each of await catalog.libraryRuns.openOf(tenantId))
          wrong.push(`${each.task} ${each.runId} is ${each.state}`);
      }
      for (const { hypervisorId, state } of await catalog.serviceIntents.open())
        wrong.push(`the making of ${hypervisorId} is ${state ?? 'not done'}`);
      return wrong;
    }),
};
