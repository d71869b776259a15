import type { HypervisorId, RecoveryPointId } from '../../contracts/ids.ts';
import { Conflict, HoldfastError } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { JobError } from '../../domain/job.ts';
import { jobError } from '../../domain/job-error.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { AuditLog } from '../../ports/audit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { type By, noteRemoval } from '../audit/note-removal.ts';
import { pointsInUse, type RetentionCatalog, retentionOfTenant, type TenantRetention } from './retention-of-tenant.ts';

export interface RetentionDeps {
  readonly catalog: RetentionCatalog;
  readonly audit: AuditLog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

export interface RetentionOutcome {
  /** Expired by this run: nothing restores from them any more. */
  readonly removed: readonly RecoveryPointId[];
  /** Whose snapshots could not be removed, or not yet: the next run goes on with them. */
  readonly failed: readonly { readonly recoveryPointId: RecoveryPointId; readonly error: JobError }[];
}

/** Records that expire at the same time. */
const AT_ONCE = 8;

/** Goes on the session, into the tenant's trail. */
const SOURCE_IDENTITY = 'holdfast-retention';

const TRIED_AGAIN = 'Its snapshots could not be removed yet: the next run tries again.';

const inWords = (error: unknown): JobError =>
  error instanceof HoldfastError
    ? jobError(error.name, error.message, error.tenantMessage)
    : jobError('Error', error instanceof Error ? error.message : String(error), TRIED_AGAIN);

/**
 * Removes what a tenant's retention does not keep. The record says `expired` first, so that no point is shown that has no
 * data; then its snapshots go, in the region of their copy too; then the record says that they are gone. Whatever a run
 * could not finish, the next one does. `retention` is what was shown; `until`: nothing is begun with after that time.
 * The audit log names each point before it is removed, and by whom. Errors: any (it cannot: none is removed).
 */
export const runRetention = async (
  deps: RetentionDeps,
  tenant: TenantHypervisor,
  retention: Pick<TenantRetention, 'remove' | 'unfinished'>,
  until: number,
  by: By,
): Promise<RetentionOutcome> => {
  const { catalog, clock } = deps;
  const { hypervisorId } = tenant;
  const expired: RecoveryPoint[] = [];
  const due = retention.remove.map(({ point }) => point.recoveryPointId);
  const removed = await noteRemoval(deps, by, hypervisorId, due);
  for (let at = 0; at < retention.remove.length && clock.now() < until; at += AT_ONCE) {
    const points = retention.remove.slice(at, at + AT_ONCE).map(({ point }) => point);
    // refused where it has come under legal hold or a longer lock by now, or another run was faster
    const expire = ({ recoveryPointId }: RecoveryPoint) =>
      catalog.points.expire(hypervisorId, recoveryPointId, clock.now());
    const answers = await Promise.all(points.map(expire));
    expired.push(...points.filter((_, n) => answers[n]));
  }
  await removed(expired.map(({ recoveryPointId }) => recoveryPointId));
  const failed = await removeSnapshots(deps, tenant, [...retention.unfinished, ...expired], until);
  return { removed: expired.map(({ recoveryPointId }) => recoveryPointId), failed };
};

/** Plans and performs at once: for the daily run, which nobody looks at before. */
export const runDailyRetention = async (
  deps: RetentionDeps,
  tenant: TenantHypervisor,
  until: number,
): Promise<RetentionOutcome> =>
  runRetention(
    deps,
    tenant,
    await retentionOfTenant(deps.catalog, deps.sha256, tenant.hypervisorId, deps.clock.now()),
    until,
    {
      who: { kind: 'system', principal: 'daily retention' },
      requestId: `retention-${tenant.hypervisorId}-${deps.clock.now()}`,
    },
  );

/**
 * A job that was asked for before the point expired may still read from it: then its snapshots stay until the next run.
 * One that is asked for afterwards finds it expired.
 */
const removeSnapshots = async (
  { catalog, scopes, clock }: RetentionDeps,
  tenant: TenantHypervisor,
  expired: readonly RecoveryPoint[],
  until: number,
): Promise<RetentionOutcome['failed']> => {
  const failed: { recoveryPointId: RecoveryPointId; error: JobError }[] = [];
  const snapshots = expired.filter(({ kind }) => kind === 'snapshot');
  if (snapshots.length === 0) return failed;
  const inUse = await pointsInUse(catalog, tenant.hypervisorId, snapshots);
  const compared = await comparedWith(catalog, tenant.hypervisorId, snapshots);
  const open = openScopes(scopes, tenant);
  for (const point of snapshots) {
    const { recoveryPointId, volumes, regionCopy } = point;
    try {
      if (inUse.has(recoveryPointId)) throw new Conflict('a job that is open reads from it');
      const bases = compared.get(point.instanceId);
      if (volumes.some(({ snapshotId }) => bases?.has(snapshotId)))
        throw new Conflict('a job works on its instance, and may compare it with this snapshot');
      if (clock.now() >= until) throw new Conflict('there was no time left for it in this run');
      const own = await open();
      for (const { snapshotId } of volumes) await own.snapshots.delete(snapshotId);
      if (regionCopy) {
        const there = await open(regionCopy.region);
        for (const snapshotId of regionCopy.snapshotIds) await there.snapshots.delete(snapshotId);
      }
      await catalog.points.update(tenant.hypervisorId, recoveryPointId, { dataRemovedAt: clock.now() });
    } catch (error) {
      // one that resists does not stop the others
      failed.push({ recoveryPointId, error: inWords(error) });
    }
  }
  return failed;
};

/**
 * By instance, the snapshots that a job which works on it at this moment may compare it with. Read after the points have
 * expired: a job that takes the instance later finds them so, and compares with none.
 */
const comparedWith = async (
  { instances, points }: RetentionDeps['catalog'],
  tenantId: HypervisorId,
  expired: readonly RecoveryPoint[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> => {
  const compared = new Map<string, ReadonlySet<string>>();
  for (const instanceId of new Set(expired.map((point) => point.instanceId))) {
    const instance = await instances.get(tenantId, instanceId);
    if (instance?.owner === undefined || instance.head === undefined) continue;
    const head = await points.get(tenantId, instance.head);
    compared.set(instanceId, new Set(head?.volumes.map(({ snapshotId }) => snapshotId)));
  }
  return compared;
};

/** One session a region, opened when it is first needed. */
const openScopes = (scopes: TenantScopes, tenant: TenantHypervisor): ((region?: string) => Promise<TenantScope>) => {
  const opened = new Map<string, Promise<TenantScope>>();
  return (region = tenant.region) => {
    const there = opened.get(region);
    if (there) return there;
    const scope = scopes.open(tenant, SOURCE_IDENTITY, { to: 'retain', region });
    opened.set(region, scope);
    return scope;
  };
};
