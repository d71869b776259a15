import type { StartRestore } from '../../contracts/api.ts';
import { NotAvailable, RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { boundService } from './bound-service.ts';
import { notFound } from './not-found.ts';
import { refuseWithoutAccessNodes } from './service-readiness.ts';
import { type StartJobDeps, startJob } from './start-job.ts';

interface Deps extends StartJobDeps {
  readonly catalog: Pick<Catalog, 'jobs' | 'hypervisors' | 'points'>;
}

/** What needs no licence of EC2's: an image made from its snapshots is all that there was. */
const UNLICENSED = 'Linux/UNIX';

/**
 * An image made from plain snapshots has lost the platform's billing: such an instance has to be launched from a donor
 * image with its root volume replaced. Errors: NotAvailable.
 */
const refuseLicensed = ({ instance: { platform } }: RecoveryPoint): void => {
  if (platform === UNLICENSED) return;
  throw new NotAvailable(`Instances of the platform ${platform} can be backed up, but not be launched again yet.`, {
    field: 'recoveryPointId',
    remedy: 'Its data is safe in the library: wait for a release that launches licensed platforms.',
  });
};

/** Errors: NotAvailable (a licensed platform), TenantNotBound, NotFound, RecoveryPointUnavailable, Conflict (no access nodes), TransientFailure. */
export const createStartRestore =
  (deps: Deps) => async (tenant: TenantHypervisor, requestedBy: string, body: StartRestore) => {
    refuseWithoutAccessNodes(await boundService(deps.catalog, tenant));
    const point = await deps.catalog.points.get(tenant.hypervisorId, body.recoveryPointId);
    if (!point) throw notFound('recovery point', 'recoveryPointId');
    if (point.state !== 'available') {
      throw new RecoveryPointUnavailable(
        point.state === 'pending'
          ? 'This recovery point is not complete yet: its backup is still running, or ended before it was committed.'
          : 'This recovery point was given up with the backup that made it: there is nothing to restore from.',
        { field: 'recoveryPointId', remedy: 'Choose a recovery point whose state is available.' },
      );
    }
    refuseLicensed(point);
    const { recoveryPointId, volumeTags, queueDeadlineSeconds } = body;
    const { name, instanceType, subnetId, securityGroupIds, keyName, availabilityZone } = body;
    return startJob(deps, {
      type: 'restore',
      tenantId: tenant.hypervisorId,
      request: {
        recoveryPointId,
        volumeTags,
        queueDeadlineSeconds,
        ...(name === undefined ? {} : { name }),
        ...(instanceType === undefined ? {} : { instanceType }),
        ...(subnetId === undefined ? {} : { subnetId }),
        ...(securityGroupIds === undefined ? {} : { securityGroupIds }),
        ...(keyName === undefined ? {} : { keyName }),
        ...(availabilityZone === undefined ? {} : { availabilityZone }),
      },
      requestedBy,
    });
  };
