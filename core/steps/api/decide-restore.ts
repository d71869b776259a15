import type { StartRestore } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { decideRestore, type RestorePlan, refusedRestore } from '../../domain/restore-decision.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { notFound } from './not-found.ts';

/**
 * The decision that a restore is started by, and its preview shows. Errors: NotFound, RecoveryPointUnavailable,
 * InvalidRequest.
 */
export const decideForTenant = async (
  { points }: Pick<Catalog, 'points'>,
  tenantId: HypervisorId,
  body: StartRestore,
): Promise<RestorePlan> => {
  const point = await points.get(tenantId, body.recoveryPointId);
  if (!point) throw notFound('recovery point', 'recoveryPointId');
  const siblingId = point.copyOf ?? point.copiedTo;
  const sibling = siblingId && (await points.get(tenantId, siblingId));
  const decision = decideRestore(body, point, sibling || undefined);
  if (decision.action === 'refuse') throw refusedRestore(decision);
  return decision;
};
