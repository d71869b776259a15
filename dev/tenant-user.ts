import { tenantUserTemplate } from '../cli/tenant-user-template.ts';
import { templateText } from '../core/domain/cloudformation.ts';
import { type TenantFeature, tenantFeatures } from '../infra/permissions/tenant-permissions.ts';
import type { Cloud } from '../local/cloud.ts';
import { deployTemplate } from './deployment/deploy-template.ts';
import type { Credentials } from './example-accounts.ts';

/**
 * What the administrator of an account does that gives its provider an access key: deploys the template that
 * `holdfast permissions cloudformation --user` prints, and makes a key of the user.
 */
export const deployTenantUser = async (
  cloud: Cloud,
  accountId: string,
  name = 'holdfast-tenant',
  features: readonly TenantFeature[] = tenantFeatures,
): Promise<Credentials> => {
  const template = templateText(tenantUserTemplate(name, features));
  // IAM is the same in every region
  await deployTemplate(cloud, { accountId, region: 'eu-central-1' }, name, template);
  return cloud.admin.createAccessKey(accountId, name);
};
