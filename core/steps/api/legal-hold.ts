import type { RecoveryPointView } from '../../contracts/api.ts';
import type { RecoveryPointId } from '../../contracts/ids.ts';
import { personOf } from '../../domain/approval.ts';
import { Conflict, NotAllowed, RecoveryPointUnavailable } from '../../domain/errors.ts';
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

type Hold = RecoveryPoint['legalHold'];
const isSame = (a: Hold, b: Hold): boolean =>
  a?.since === b?.since && a?.by === b?.by && a?.heldBy === b?.heldBy && a?.reason === b?.reason;

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

/** Whose hold it is, and why, is what a second person is asked about when it is to be released. */
const refuseSomebodyElses = ({ legalHold }: RecoveryPoint, audience: Audience, requestedBy: string): void => {
  if (!legalHold || (legalHold.heldBy === audience.kind && personOf(legalHold.by) === personOf(requestedBy))) return;
  throw new Conflict('Somebody else has put this recovery point under legal hold: their hold stays as it is.', {
    field: 'recoveryPointId',
    remedy: 'It is held already. For another reason, have it released first, and hold it then.',
  });
};

const changedMeanwhile = (): Conflict =>
  new Conflict('Its legal hold is not as it was a moment ago.', {
    field: 'recoveryPointId',
    remedy: 'Look at it again, and ask again if it is still wanted.',
  });

/**
 * From now on retention leaves the point alone. Held again by the same person, it stays held since the first time, for the
 * new reason. Errors: NotFound, NotAllowed (a tenant, and the provider holds it), Conflict (somebody else holds it),
 * RecoveryPointUnavailable (it is gone, or retention was faster).
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
    refuseSomebodyElses(before, audience, requestedBy);
    const since = before.legalHold?.since ?? clock.now();
    const hold = { since, by: before.legalHold?.by ?? requestedBy, heldBy: audience.kind, reason };
    const written = await catalog.points.setLegalHold(tenant.hypervisorId, id, hold, before.legalHold);
    const held = await read(deps, tenant, id);
    if (!written && !isSame(held.legalHold, hold)) throw changedMeanwhile();
    if (held.state === 'expired') await catalog.points.setLegalHold(tenant.hypervisorId, id, undefined, hold);
    refuseGone(held);
    return recoveryPointView(held, audience);
  };

/**
 * Ends the hold that is there, or (`seen`) the one that was looked at before, and no other. Idempotent.
 * Errors: NotFound, NotAllowed (a tenant, and the provider holds it), Conflict (it is another hold by now).
 */
export const createReleaseRecoveryPoint =
  (deps: Deps) =>
  async (
    tenant: TenantHypervisor,
    audience: Audience,
    id: RecoveryPointId,
    seen?: RecoveryPoint['legalHold'],
  ): Promise<RecoveryPointView> => {
    const before = await read(deps, tenant, id);
    refuseTenant(before, audience);
    const hold = seen ?? before.legalHold;
    if (hold) await deps.catalog.points.setLegalHold(tenant.hypervisorId, id, undefined, hold);
    const after = await read(deps, tenant, id);
    if (after.legalHold) throw changedMeanwhile();
    return recoveryPointView(after, audience);
  };
