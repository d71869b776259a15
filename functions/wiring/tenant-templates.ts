import { templateText } from '../../core/domain/cloudformation.ts';
import { tenantRoleTemplate } from '../../core/domain/tenant-role-template.ts';
import type { TenantTemplates } from '../../core/steps/api/invite-tenant.ts';
import { ROLE_FEATURES, type TenantFeature, tenantPolicies } from '../../infra/permissions/tenant-permissions.ts';

/** What an invited account deploys: bundled with the function that answers it. */
export const tenantTemplates: TenantTemplates = {
  features: ROLE_FEATURES,
  text: (role, features) =>
    templateText(tenantRoleTemplate(role, tenantPolicies(features as readonly TenantFeature[]))),
};
