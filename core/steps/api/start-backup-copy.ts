import type { StartBackupCopy } from '../../contracts/api.ts';
import type { RecoveryPointId } from '../../contracts/ids.ts';
import { InvalidRequest, RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { jobTerms } from '../../domain/job-terms.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { checkResources } from './check-resources.ts';
import type { Asked } from './idempotency.ts';
import { notFound } from './not-found.ts';
import { openSelection } from './selected-plan.ts';
import { type StartJobDeps, startJob } from './start-job.ts';

const field = 'recoveryPointIds';

/** Each must be a snapshot that is there. One that is copied already is fine: the job leaves it out. */
const checkPoints = async (
  { points }: Pick<Catalog, 'points'>,
  tenant: TenantHypervisor,
  ids: readonly RecoveryPointId[],
): Promise<void> => {
  for (const point of await Promise.all(ids.map((id) => points.get(tenant.hypervisorId, id)))) {
    if (!point) throw notFound('recovery point', field);
    if (point.kind !== 'snapshot') {
      throw new InvalidRequest(`${point.recoveryPointId} is in the library already: its kind is ${point.kind}.`, {
        field,
        remedy: 'Name recovery points of kind snapshot.',
        tenantMessage: `${point.recoveryPointId} is no snapshot: its kind is ${point.kind}.`,
      });
    }
    if (point.state !== 'available') {
      throw new RecoveryPointUnavailable(`${point.recoveryPointId} is ${point.state}: there is nothing to copy.`, {
        field,
        remedy: 'Choose recovery points whose state is available.',
      });
    }
  }
};

/** Errors: as of a backup; InvalidRequest, RecoveryPointUnavailable (a recovery point that cannot be copied). */
export const createStartBackupCopy =
  (deps: StartJobDeps) => async (tenant: TenantHypervisor, asked: Asked, body: StartBackupCopy) =>
    startJob(deps, tenant, asked, 'backup-copy', body, async () => {
      const { plan, selection } = await openSelection(deps.catalog, tenant, body);
      const recoveryPointIds = [...new Set(body.recoveryPointIds)];
      await checkPoints(deps.catalog, tenant, recoveryPointIds);
      const terms = jobTerms(plan, deps.clock.now(), body.queueDeadlineSeconds, body.verify);
      await checkResources(deps.catalog, tenant, terms);
      return { type: 'backup-copy', ...terms, ...selection, recoveryPointIds };
    });
