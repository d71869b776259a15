/** Routes that a tenant has for itself and an operator for a tenant that is named. */
import { operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../core/contracts/api.ts';

type OperatorTenantRoutes = typeof operatorTenantRoutes;

/** The route for the caller's own account, or for a tenant that an operator names; `on` of `call`'s params. */
export const onTenant = <Name extends keyof OperatorTenantRoutes & keyof typeof tenantRoutes>(
  name: Name,
  tenant: string | undefined,
): { readonly route: OperatorTenantRoutes[Name]; readonly on: Readonly<Record<string, string>> } => {
  // typed as the operators' route, of which the tenant's shows and takes a part
  if (tenant === undefined) return { route: tenantRoutes[name] as unknown as OperatorTenantRoutes[Name], on: {} };
  const route = operatorTenantRoutes[name];
  return { route: { ...route, path: `${operatorTenantPrefix}${route.path}` }, on: { hypervisorId: tenant } };
};

/** A route that only operators have, for the tenant that they name. */
export const onNamedTenant = <Name extends keyof OperatorTenantRoutes>(name: Name, tenant: string) => {
  const route = operatorTenantRoutes[name];
  return { route: { ...route, path: `${operatorTenantPrefix}${route.path}` }, on: { hypervisorId: tenant } };
};
