import type { CheckPermissionsDeps } from '../../core/steps/api/check-permissions.ts';
import { ROLE_FEATURES, tenantFeatures, tenantPermissions } from '../../infra/permissions/tenant-permissions.ts';

/** What the project asks tenants for: bundled with the function that checks it. */
export const permissionPolicies: CheckPermissionsDeps['policies'] = {
  role: tenantPermissions(ROLE_FEATURES),
  user: tenantPermissions(tenantFeatures),
  features: Object.fromEntries(
    tenantFeatures.map((feature) => [feature, tenantPermissions([feature]).Statement.map(({ Sid }) => Sid)]),
  ),
};
