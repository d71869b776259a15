import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict, TenantAccessLost } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';
import { everyItem } from '../../ports/every-item.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { hasData } from '../jobs/retention-of-tenant.ts';
import { countAndNames } from './out-of-reach-points.ts';
import { refuseWhileJobsRun } from './unended-job.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'jobs' | 'plans' | 'points' | 'effects' | 'instances'>;
  readonly scopes: TenantScopes;
  readonly executions: Pick<Executions, 'status'>;
  readonly clock: Clock;
}

/** Goes on the session, into the tenant's trail. */
const SOURCE_IDENTITY = 'holdfast-removal';
const DAY = 86_400_000;
/** A clean-up tries for a day to reach the tenant account; what it has not removed by then, somebody looks into. */
const CLEAN_UP_MS = 1.1 * DAY;
const RECENT_MS = 7 * DAY;
const JOBS_AT_ONCE = 16;

/**
 * Why a tenant hypervisor cannot be removed: with its record goes the way into its account, so nothing may be left there
 * that is ours to remove. Errors: Conflict, naming everything of the first kind that is found.
 */
export const refuseWhileTenantHasAnything = async (deps: Deps, tenant: TenantHypervisor): Promise<void> => {
  const { hypervisorId: tenantId } = tenant;
  const { jobs, plans, points } = deps.catalog;
  await refuseWhileJobsRun(jobs, tenantId, 'it cannot be removed');
  const has: string[] = [];
  const planNames: string[] = [];
  for await (const { name, planId } of everyItem((page) => plans.list(tenantId, page)))
    planNames.push(`${name} (${planId})`);
  if (planNames.length > 0) has.push(`plans: ${planNames.join(', ')}`);
  const living: string[] = [];
  const expired: string[] = [];
  for await (const point of everyItem((page) => points.list(tenantId, undefined, page))) {
    if (point.state === 'available' || point.state === 'pending') living.push(point.recoveryPointId);
    else if (hasData(point)) expired.push(point.recoveryPointId);
  }
  if (living.length > 0) has.push(`recovery points: ${countAndNames(living)}`);
  if (expired.length > 0) has.push(`snapshots of expired recovery points: ${countAndNames(expired)}`);
  if (has.length > 0) {
    throw new Conflict(`This tenant hypervisor has ${has.join('; ')}.`, {
      remedy: 'Remove its plans, let retention remove its recovery points, and remove it then.',
    });
  }
  await refuseWhileCleanedUp(deps, tenantId);
  const bases = await basesLeft(deps, tenant);
  if (bases.length > 0) {
    throw new Conflict(
      `Its account has snapshots that the next backups would have compared with: ${countAndNames(bases)}.`,
      { remedy: 'They are removed within a day, now that their recovery points have expired: remove it then.' },
    );
  }
};

/** Snapshots of newest backups that expired, as far as anybody can reach the account: a sweep removes them. */
const basesLeft = async ({ catalog, scopes }: Deps, tenant: TenantHypervisor): Promise<readonly string[]> => {
  const { hypervisorId: tenantId } = tenant;
  const heads = (await catalog.instances.list(tenantId)).flatMap(({ head }) => (head === undefined ? [] : [head]));
  const ids: string[] = [];
  for (const head of heads) {
    const point = await catalog.points.get(tenantId, head);
    if (point?.state === 'expired') ids.push(...point.volumes.map(({ snapshotId }) => snapshotId));
  }
  if (ids.length === 0) return [];
  try {
    const scope = await scopes.open(tenant, SOURCE_IDENTITY, { to: 'look', closing: true });
    return (await scope.snapshots.describe(ids)).map(({ snapshotId }) => snapshotId);
  } catch (error) {
    if (error instanceof TenantAccessLost) return [];
    throw error;
  }
};

const refuseWhileCleanedUp = async (deps: Deps, tenantId: HypervisorId): Promise<void> => {
  const { catalog, clock } = deps;
  const since = clock.now() - RECENT_MS;
  let some: Job[] = [];
  const look = async (): Promise<void> => {
    const found = (await Promise.all(some.map((job) => leftBy(deps, job)))).find((left) => left !== undefined);
    some = [];
    if (found === undefined) return;
    throw new Conflict(`${found}: it cannot be removed.`, {
      remedy: 'Wait until the clean-up of the job has ended; if it fails, see to it that the account can be reached.',
    });
  };
  for await (const job of everyItem((page) => catalog.jobs.list(tenantId, page))) {
    if (isTerminal(job.state) && (job.endedAt ?? job.createdAt) < since) continue;
    if (some.push(job) === JOBS_AT_ONCE) await look();
  }
  await look();
};

/** In words, what a job has left in the account that a clean-up is to remove; undefined: nothing. */
const leftBy = async (
  { catalog, executions, clock }: Deps,
  { jobId, attempt: last, endedAt = 0 }: Job,
): Promise<string | undefined> => {
  const isYoung = endedAt > clock.now() - CLEAN_UP_MS;
  if (isYoung && (await executions.status('cleanup', `${attemptName(jobId, last)}-cleanup`)) === 'RUNNING')
    return `What the job ${jobId} of this tenant has left open is just being cleaned up`;
  for (let attempt = last; attempt >= 1; attempt -= 1) {
    const left = (await catalog.effects.ofAttempt(jobId, attempt)).filter(
      // A guest that does not answer holds nothing still, and its account keeps nothing of it.
      ({ state, kind }) => state !== 'kept' && state !== 'undone' && kind !== 'guest-command',
    );
    if (left.length > 0)
      return `The job ${jobId} of this tenant has left things in its account (${[...new Set(left.map(({ kind }) => kind))].join(', ')})`;
  }
  return undefined;
};
