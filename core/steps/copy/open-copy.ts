import type { RecoveryPointId } from '../../contracts/ids.ts';
import type { JobInput, OpenJobOutput } from '../../contracts/steps.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { BackupCopyRequest, Job } from '../../domain/job.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import { workKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WorkArea } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { admitJob } from '../backup/admit-job.ts';
import { listInstances } from '../backup/list-instances.ts';
import { selectInstances } from '../backup/select-instances.ts';
import { isToBeCopied, pointsToCopy } from './points-to-copy.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly work: WorkArea;
  readonly clock: Clock;
}

/**
 * Checks that the backup copy may run, and decides which snapshots it is of: what is named or selected, and not copied
 * yet. Nothing left to copy is no failure. Each instance's snapshots are listed in the work area, for its own steps.
 */
export const createOpenCopy =
  (deps: Deps) =>
  async ({ jobId, attempt, tenantId }: JobInput): Promise<OpenJobOutput> => {
    const { catalog, work } = deps;
    const ref = { jobId, attempt, tenantId };
    const { job, request: asked, tenant } = await admitJob(catalog, deps.clock, ref, 'backup-copy');
    // What a snapshot job started is of that job's points; its plan is named, and selects nothing more.
    const { planId: _plan, ...named } = asked;
    const request = job.trigger === 'job' ? named : asked;
    const list = await listInstances(deps, ref, request, async () => {
      const toCopy = await selectPoints(deps, job, tenant, request);
      for (const [instanceId, points] of toCopy) await work.putJson(workKeys(jobId, 1).copies(instanceId), points);
      return [...toCopy.keys()].map((instanceId) => ({ instanceId }));
    });
    return { ...list, copyAtOnce: false };
  };

/** By instance, oldest first: each is compared with the one before it. */
const selectPoints = async (
  deps: Deps,
  job: Job,
  tenant: TenantHypervisor,
  request: BackupCopyRequest,
): Promise<ReadonlyMap<string, readonly RecoveryPointId[]>> => {
  const { catalog } = deps;
  const points = new Map<RecoveryPointId, RecoveryPoint>();
  for (const point of await namedPoints(catalog, tenant, request)) points.set(point.recoveryPointId, point);
  const { instanceIds, groupIds, planId } = request;
  if (instanceIds.length > 0 || groupIds.length > 0 || planId !== undefined) {
    for (const { instanceId } of await selectInstances(deps, job, tenant, request)) {
      const ofInstance = await pointsToCopy(catalog, tenant.hypervisorId, instanceId);
      for (const point of ofInstance) points.set(point.recoveryPointId, point);
    }
  }
  const ordered = [...points.values()].sort((a, b) => a.takenAt - b.takenAt);
  const byInstance = Map.groupBy(ordered, ({ instanceId }) => instanceId);
  return new Map([...byInstance].map(([id, ofInstance]) => [id, ofInstance.map((point) => point.recoveryPointId)]));
};

/** Errors: RecoveryPointUnavailable (absent, another tenant's, or nothing that can be copied). */
const namedPoints = async (
  catalog: Catalog,
  { hypervisorId }: TenantHypervisor,
  { recoveryPointIds }: BackupCopyRequest,
): Promise<readonly RecoveryPoint[]> => {
  const points: RecoveryPoint[] = [];
  for (const recoveryPointId of new Set(recoveryPointIds)) {
    const point = await catalog.points.get(hypervisorId, recoveryPointId);
    if (point?.kind !== 'snapshot' || point.state !== 'available') {
      throw new RecoveryPointUnavailable(`${recoveryPointId} is no snapshot that could be copied`);
    }
    if (await isToBeCopied(catalog, point, 'named')) points.push(point);
  }
  return points;
};
