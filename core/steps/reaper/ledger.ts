import type { HypervisorId, JobId } from '../../contracts/ids.ts';
import type { Effect } from '../../domain/effect.ts';
import type { Job, JobInstance } from '../../domain/job.ts';
import type { ProtectedInstance } from '../../domain/protected-instance.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { allItems } from '../../ports/every-item.ts';

/** What the records say of one tenant; each job's are read once, when something names it. */
export interface TenantLedger {
  readonly points: readonly RecoveryPoint[];
  readonly instances: readonly ProtectedInstance[];
  readonly keptSnapshots: ReadonlySet<string>;
  job(jobId: JobId): Promise<Job | undefined>;
  effects(jobId: JobId, attempt: number): Promise<readonly Effect[]>;
  children(jobId: JobId): Promise<readonly JobInstance[]>;
}

export const openLedger = async (catalog: Catalog, tenantId: HypervisorId): Promise<TenantLedger> => {
  const [points, instances] = await Promise.all([
    allItems((page) => catalog.points.list(tenantId, undefined, page)),
    catalog.instances.list(tenantId),
  ]);
  return {
    points,
    instances,
    keptSnapshots: keptSnapshots(points, instances),
    job: once((jobId) => catalog.jobs.get(tenantId, jobId)),
    effects: oncePerAttempt((jobId, attempt) => catalog.effects.ofAttempt(jobId, attempt)),
    children: once((jobId) => catalog.jobs.instances(jobId)),
  };
};

const once = <T>(read: (id: string) => Promise<T>): ((id: string) => Promise<T>) => {
  const kept = new Map<string, Promise<T>>();
  return (id) => {
    const there = kept.get(id) ?? read(id);
    kept.set(id, there);
    // one that failed is asked again
    there.catch(() => kept.delete(id));
    return there;
  };
};

const oncePerAttempt = <T>(read: (jobId: JobId, attempt: number) => Promise<T>) => {
  const kept = once((key) => {
    const cut = key.lastIndexOf(' ');
    return read(key.slice(0, cut), Number(key.slice(cut + 1)));
  });
  return (jobId: JobId, attempt: number): Promise<T> => kept(`${jobId} ${attempt}`);
};

/** As they are now. */
export const readKeptSnapshots = async (catalog: Catalog, tenantId: HypervisorId): Promise<ReadonlySet<string>> => {
  const points = await allItems((page) => catalog.points.list(tenantId, undefined, page));
  return keptSnapshots(points, await catalog.instances.list(tenantId));
};

/**
 * Of points that there are; of a snapshot point that expired, until retention has removed them; and of an instance's head,
 * which the next incremental compares with: of one that expired only while a job works on the instance, because one that
 * takes it later finds the head expired, and compares with nothing.
 */
const keptSnapshots = (
  points: readonly RecoveryPoint[],
  instances: readonly ProtectedInstance[],
): ReadonlySet<string> => {
  const headsOf = (some: readonly ProtectedInstance[]): ReadonlySet<string | undefined> =>
    new Set(some.flatMap(({ head, committed }) => [head, committed]));
  const heads = headsOf(instances);
  const inUse = headsOf(instances.filter(({ owner }) => owner !== undefined));
  return new Set(
    points.flatMap(({ recoveryPointId, kind, state, dataRemovedAt, volumes, regionCopy }) => {
      const isLeftToRetention = kind === 'snapshot' && state === 'expired' && dataRemovedAt === undefined;
      const isBase = (state === 'expired' ? inUse : heads).has(recoveryPointId);
      if (state !== 'available' && !isLeftToRetention && !isBase) return [];
      const elsewhere = regionCopy && regionCopy.state !== 'failed' ? regionCopy.snapshotIds : [];
      return [...volumes.map(({ snapshotId }) => snapshotId), ...elsewhere];
    }),
  );
};
