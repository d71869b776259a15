import type { HypervisorId, PlanId, RecoveryPointId } from '../../contracts/ids.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import type { Plan } from '../../domain/plan.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import { planRetention, type RetentionPlan, withLocks } from '../../domain/retention.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Sha256 } from '../../ports/control.ts';
import { allItems, everyItem } from '../../ports/every-item.ts';

export type RetentionCatalog = Pick<Catalog, 'points' | 'plans' | 'instances' | 'jobs'>;

export interface TenantRetention extends RetentionPlan {
  /** Stands for exactly what it removes. */
  readonly token: string;
  /** How many points another run would remove: one removes so many only. */
  readonly more: number;
  /** Expired before, with snapshots that are still there. */
  readonly unfinished: readonly RecoveryPoint[];
}

/** By one run: an answer of a function may have 6 MB, and names them all. */
const MOST_REMOVED = 5_000;

/** Stands for these points, in whatever order. */
export const tokenOf = (sha256: Sha256, points: readonly RecoveryPointId[]): string =>
  sha256(JSON.stringify(points.toSorted()));

/** What a tenant's retention would do at this moment. */
export const retentionOfTenant = async (
  catalog: RetentionCatalog,
  sha256: Sha256,
  tenantId: HypervisorId,
  now: number,
): Promise<TenantRetention> => {
  const { points, ...ruled } = await ruledByPlans(catalog, tenantId);
  const plan = withLocks(ruled, now);
  // Of one millisecond in the order of their ids: asked again, it is the same plan.
  const oldest = plan.remove.toSorted(
    (a, b) => a.point.takenAt - b.point.takenAt || (a.point.recoveryPointId < b.point.recoveryPointId ? -1 : 1),
  );
  const remove = plan.remove.length <= MOST_REMOVED ? plan.remove : oldest.slice(0, MOST_REMOVED);
  return {
    ...plan,
    remove,
    more: plan.remove.length - remove.length,
    token: tokenOf(
      sha256,
      remove.map(({ point }) => point.recoveryPointId),
    ),
    unfinished: points.filter(hasData),
  };
};

/** What plans, holds and jobs say, whatever is locked. */
export const ruledByPlans = async (
  catalog: RetentionCatalog,
  tenantId: HypervisorId,
): Promise<RetentionPlan & { readonly points: readonly RecoveryPoint[] }> => {
  const [points, plans, instances] = await Promise.all([
    allItems((page) => catalog.points.list(tenantId, undefined, page)),
    allItems((page) => catalog.plans.list(tenantId, page)),
    catalog.instances.list(tenantId),
  ]);
  const plan = planRetention({
    points,
    plans: new Map<PlanId, Plan>(plans.map((each) => [each.planId, each])),
    heads: new Map(instances.flatMap(({ instanceId, head }) => (head === undefined ? [] : [[instanceId, head]]))),
    inUse: await pointsInUse(catalog, tenantId, points),
  });
  return { ...plan, points };
};

/** Points that jobs which are open, or suspended and may go on, read from, in either place. */
export const pointsInUse = async (
  { jobs }: Pick<Catalog, 'jobs'>,
  tenantId: HypervisorId,
  points: readonly RecoveryPoint[],
): Promise<ReadonlySet<RecoveryPointId>> => {
  const used = new Set<RecoveryPointId>();
  for await (const job of everyItem((page) => jobs.list(tenantId, page))) {
    if (isTerminal(job.state)) continue;
    for (const point of points) if (reads(job, point)) used.add(point.recoveryPointId);
  }
  return used;
};

/**
 * A job's own points are its to finish: a snapshot is still copied to another region. A backup copy resolves what it copies
 * as it goes: any snapshot that is not copied yet may be it, and what it names is.
 */
const reads = (job: Job, { recoveryPointId, jobId, kind, copyOf, copiedTo }: RecoveryPoint): boolean => {
  const { request } = job;
  if (jobId === job.jobId) return true;
  if (request.type === 'restore') return [recoveryPointId, copyOf, copiedTo].includes(request.recoveryPointId);
  if (request.type !== 'backup-copy') return false;
  return (kind === 'snapshot' && copiedTo === undefined) || request.recoveryPointIds.includes(recoveryPointId);
};

/** An expired snapshot point whose snapshots have not been removed. Data in a library is left to its prune. */
export const hasData = ({ kind, state, dataRemovedAt }: RecoveryPoint): boolean =>
  kind === 'snapshot' && state === 'expired' && dataRemovedAt === undefined;
