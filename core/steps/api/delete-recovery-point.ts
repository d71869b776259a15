import type { RetentionResult } from '../../contracts/api.ts';
import type { RecoveryPointId } from '../../contracts/ids.ts';
import { Conflict, RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { isLocked } from '../../domain/library-lock.ts';
import type { Audience } from '../../domain/problems.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import { tenantMessageOf } from '../../domain/tenant-words.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { everyItem } from '../../ports/every-item.ts';
import { pointsInUse } from '../jobs/retention-of-tenant.ts';
import { type RetentionDeps, runRetention } from '../jobs/run-retention.ts';
import { notFound } from './not-found.ts';
import { isInLibrary } from './out-of-reach-points.ts';

/** API Gateway answers after 29 s at the latest; snapshots that are left are removed by the next retention run. */
const BUDGET_MS = 18_000;

interface LookDeps {
  readonly catalog: Pick<Catalog, 'points' | 'jobs' | 'instances'>;
  readonly clock: Clock;
}

/** Why somebody has to say that they mean it; undefined: it is a point like others. */
const newestOf = async ({ catalog }: LookDeps, tenantId: string, point: RecoveryPoint): Promise<string | undefined> => {
  const instance = await catalog.instances.get(tenantId, point.instanceId);
  const head = instance?.head === undefined ? undefined : await catalog.points.get(tenantId, instance.head);
  const bases = new Set(head?.state === 'available' ? head.volumes.map(({ snapshotId }) => snapshotId) : []);
  const isBase =
    point.recoveryPointId === head?.recoveryPointId || point.volumes.some(({ snapshotId }) => bases.has(snapshotId));
  if (isBase && instance?.owner !== undefined) {
    throw new Conflict('A job works on the instance just now, and may compare it with this recovery point.', {
      remedy: 'Wait for the job to end, or cancel it.',
    });
  }
  if (isBase) return 'the next incremental backup of its instance compares with it, and would be a full one';
  for await (const other of everyItem((page) => catalog.points.list(tenantId, point.instanceId, page))) {
    if (other.takenAt < point.takenAt) break;
    const isNewer = other.takenAt > point.takenAt && other.state === 'available';
    if (isNewer && isInLibrary(other) === isInLibrary(point)) return undefined;
  }
  return `it is the newest ${isInLibrary(point) ? 'backup' : 'snapshot'} of its instance`;
};

/**
 * The point, if it may be deleted by hand. Errors: NotFound, RecoveryPointUnavailable (there is nothing to delete),
 * Conflict (it is held, locked or in use; or the newest of its instance, and `evenNewest` does not say that this is meant).
 */
export const deletablePoint = async (
  deps: LookDeps,
  { hypervisorId }: TenantHypervisor,
  id: RecoveryPointId,
  evenNewest: boolean,
): Promise<RecoveryPoint> => {
  const { catalog, clock } = deps;
  const point = await catalog.points.get(hypervisorId, id);
  if (!point) throw notFound('recovery point', 'recoveryPointId');
  if (point.state !== 'available') {
    const remedy = { pending: 'Cancel the job that makes it.', abandoned: 'Nothing has to be done.' };
    throw new RecoveryPointUnavailable(`This recovery point is ${point.state}: it cannot be deleted.`, {
      field: 'recoveryPointId',
      remedy: point.state === 'expired' ? 'It is deleted already.' : remedy[point.state],
    });
  }
  if (point.legalHold) {
    throw new Conflict('This recovery point is under legal hold.', {
      field: 'recoveryPointId',
      remedy: `Release it first, if that is right: holdfast recovery-point release ${id}`,
    });
  }
  if (isLocked(point, clock.now())) {
    throw new Conflict('This recovery point is locked: nobody can delete it now.', {
      field: 'recoveryPointId',
      remedy: `Wait until its lock ends, ${new Date(point.lockedUntil ?? 0).toISOString().slice(0, 10)}.`,
    });
  }
  if ((await pointsInUse(catalog, hypervisorId, [point])).has(id)) {
    throw new Conflict('A job that is not over reads from this recovery point.', {
      field: 'recoveryPointId',
      remedy: 'Wait for the job to end, or cancel it.',
    });
  }
  const newest = await newestOf(deps, hypervisorId, point);
  if (newest === undefined || evenNewest) return point;
  throw new Conflict(`This recovery point is not like others: ${newest}.`, {
    field: 'evenNewest',
    remedy: 'If it is meant all the same: holdfast recovery-point delete --even-newest',
  });
};

/**
 * Deletes a recovery point by hand, as retention would: its record expires first, then its snapshots go, and what it has
 * in a library is left to the library's prune. Answers what could not be removed yet: the next retention run goes on.
 * Errors: as of `deletablePoint`; Conflict (held or locked since); any (it cannot be recorded in the audit log).
 */
export const createDeleteRecoveryPoint =
  (deps: RetentionDeps) =>
  async (
    tenant: TenantHypervisor,
    audience: Audience,
    requestedBy: string,
    id: RecoveryPointId,
    evenNewest: boolean,
  ): Promise<RetentionResult> => {
    const point = await deletablePoint(deps, tenant, id, evenNewest);
    const one = { remove: [{ point, reason: 'by hand' }], unfinished: [] };
    const { removed, failed } = await runRetention(deps, tenant, one, deps.clock.now() + BUDGET_MS, {
      who: { kind: audience.kind, principal: requestedBy },
      requestId: `delete-${id}`,
    });
    if (removed.length === 0) {
      throw new Conflict('This recovery point has come under legal hold or a lock, or was removed by somebody else.', {
        field: 'recoveryPointId',
        remedy: 'Look at it again.',
      });
    }
    return {
      removed: [...removed],
      failed: failed.map(({ recoveryPointId, error }) => ({
        recoveryPointId,
        reason: audience.kind === 'tenant' ? tenantMessageOf(error, audience) : error.message,
      })),
    };
  };
