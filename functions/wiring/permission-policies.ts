import type { CheckPermissionsDeps } from '../../core/steps/api/check-permissions.ts';
import role from '../../infra/permissions/tenant.json' with { type: 'json' };
import user from '../../infra/permissions/tenant-user.json' with { type: 'json' };

/** What the project asks tenants for: bundled with the function that checks it. */
export const permissionPolicies: CheckPermissionsDeps['policies'] = { role, user };
