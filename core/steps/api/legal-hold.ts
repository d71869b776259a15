import type { RecoveryPointView } from '../../contracts/api.ts';
import type { RecoveryPointId } from '../../contracts/ids.ts';
import { NotAllowed, RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import { recoveryPointView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { notFound } from './not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'points'>;
  readonly clock: Clock;
}

const read = async (
  { catalog }: Deps,
  { hypervisorId }: TenantHypervisor,
  id: RecoveryPointId,
): Promise<RecoveryPoint> => {
  const point = await catalog.points.get(hypervisorId, id);
  if (!point) throw notFound('recovery point', 'recoveryPointId');
  return point;
};

const refuseGone = ({ state }: RecoveryPoint): void => {
  if (state === 'available' || state === 'pending') return;
  throw new RecoveryPointUnavailable(`This recovery point is ${state}: there is nothing to hold.`, {
    field: 'recoveryPointId',
    remedy: 'Choose a recovery point whose state is available.',
  });
};

/** What the provider holds, a tenant cannot lift. Errors: NotAllowed. */
export const refuseTenant = ({ legalHold }: RecoveryPoint, audience: Audience): void => {
  if (audience.kind === 'operator' || legalHold === undefined || legalHold.heldBy === 'tenant') return;
  throw new NotAllowed('This recovery point is held by your provider.', { remedy: 'Ask your provider.' });
};

/**
 * From now on retention leaves the point alone. Held again, it stays held since the first time, for the new reason.
 * Errors: NotFound, NotAllowed (a tenant, and the provider holds it), RecoveryPointUnavailable (it is gone, or retention was faster).
 */
export const createHoldRecoveryPoint =
  (deps: Deps) =>
  async (
    tenant: TenantHypervisor,
    audience: Audience,
    requestedBy: string,
    id: RecoveryPointId,
    { reason }: { readonly reason: string },
  ): Promise<RecoveryPointView> => {
    const { catalog, clock } = deps;
    const before = await read(deps, tenant, id);
    refuseGone(before);
    refuseTenant(before, audience);
    const since = before.legalHold?.since ?? clock.now();
    await catalog.points.setLegalHold(tenant.hypervisorId, id, {
      since,
      by: requestedBy,
      heldBy: audience.kind,
      reason,
    });
    const held = await read(deps, tenant, id);
    if (held.state === 'expired') await catalog.points.setLegalHold(tenant.hypervisorId, id, undefined);
    refuseGone(held);
    return recoveryPointView(held, audience);
  };

/** Idempotent. Errors: NotFound, NotAllowed (a tenant, and the provider holds it). */
export const createReleaseRecoveryPoint =
  (deps: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, id: RecoveryPointId): Promise<RecoveryPointView> => {
    refuseTenant(await read(deps, tenant, id), audience);
    await deps.catalog.points.setLegalHold(tenant.hypervisorId, id, undefined);
    return recoveryPointView(await read(deps, tenant, id), audience);
  };
