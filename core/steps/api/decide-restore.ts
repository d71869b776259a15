import type { StartRestore, TenantStartRestore } from '../../contracts/api.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { type RestorePlan, refusedRestore } from '../../domain/restore-decision.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { decideByLook } from '../restore/decide-by-look.ts';
import { siblingOf } from '../restore/restored-point.ts';
import { notFound } from './not-found.ts';

/** A tenant's request has no transport: how its data travels is the service side's business. */
export type RestoreBody = TenantStartRestore & Partial<Pick<StartRestore, 'transport'>>;

/** Who looks, in the tenant's trail: there is no job yet. */
const SOURCE_IDENTITY = 'holdfast-preview';

/** A look at a tenant's account before there is a job; asked again, it is the same session. */
export const lookOnce = (
  scopes: TenantScopes,
  tenant: TenantHypervisor,
  to: 'look' | 'survey' = 'look',
): (() => Promise<TenantScope>) => {
  let scope: Promise<TenantScope> | undefined;
  return () => {
    scope ??= scopes.open(tenant, SOURCE_IDENTITY, { to });
    return scope;
  };
};

/**
 * The decision that a restore is started by, and its preview shows. Errors: NotFound, RecoveryPointUnavailable,
 * InvalidRequest, TenantAccessLost, TransientFailure.
 */
export const decideForTenant = async (
  { points }: Pick<Catalog, 'points'>,
  { hypervisorId }: TenantHypervisor,
  body: StartRestore,
  look: () => Promise<TenantScope>,
): Promise<RestorePlan> => {
  const point = await points.get(hypervisorId, body.recoveryPointId);
  if (!point) throw notFound('recovery point', 'recoveryPointId');
  const decision = await decideByLook(body, point, await siblingOf({ points }, point), look);
  if (decision.action === 'refuse') throw refusedRestore(decision);
  return decision;
};
