import { setTimeout as sleep } from 'node:timers/promises';
import { tenantRoutes } from '../../../core/contracts/api.ts';
import type { SimCall } from '../call.ts';
import { launch } from '../instances.ts';
import { endOf, startBackup } from '../jobs.ts';
import { completion } from '../outcomes.ts';
import type { Run, TenantPerson } from '../run.ts';

/** Less than a function may run: later it is dead, and no zombie. */
const PAUSE_MS = 50_000;

const commits = ({ who, input }: SimCall): boolean =>
  who.startsWith('commit-recovery-point') && JSON.stringify(input)?.includes('committed');

/**
 * The step that commits is paused at one of its calls, mostly at the commit itself. Meanwhile the job is cancelled and
 * cleaned up, and another one begins: the zombie then comes too late.
 */
export const zombie = async (run: Run): Promise<void> => {
  const tenant = run.random.pick(run.tenants) as TenantPerson;
  const { instanceId } = await launch(run, tenant, 1);
  const at = run.random.chance(0.3) ? run.random.below(12) : undefined;
  const pause = PAUSE_MS - run.random.below(PAUSE_MS / 2);
  const paused = Promise.withResolvers<void>();
  let done = false;
  run.intercept((call) => {
    const here = at === undefined ? commits(call) : call.who === 'commit-recovery-point#1' && call.ordinal === at;
    if (done || !here) return 'go';
    done = true;
    paused.resolve();
    return { late: pause };
  });
  const jobId = await startBackup(tenant, [instanceId], 'full');
  const ended = endOf(tenant, jobId);
  await Promise.race([paused.promise, ended]);
  await sleep(run.random.below(2_000));
  // it may have ended meanwhile: then there is nothing to cancel
  await tenant.insist(tenantRoutes.cancelJob, { params: { jobId } }).catch(() => undefined);
  await ended;
  await completion(run, tenant, await startBackup(tenant, [instanceId], 'full'));
};
