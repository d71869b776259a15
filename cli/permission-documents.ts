/**
 * The JSON permissions: of a tenant's role or user, of a service hypervisor's role in another account, and of each role of
 * the control plane.
 */
import { POLICY_VERSION } from '../core/domain/cloudformation.ts';
import { managementStatements } from '../core/domain/service-access-template.ts';
import { TENANT_ROLE } from '../core/domain/tenant-role-template.ts';
import { fillIn } from '../infra/permissions/fill-in.ts';
import {
  ROLE_FEATURES,
  type TenantFeature,
  tenantFeatures,
  tenantPermissions,
  tenantPolicies,
} from '../infra/permissions/tenant-permissions.ts';
import { controlPlaneRoles, documentsOfRoles, NODES } from './control-plane-roles.ts';
import { type DeploymentPlace, placesOf } from './deployment-names.ts';

/** Whose permissions can be asked for. */
export const permissionHolders = (): readonly string[] => [
  'tenant',
  'tenant-user',
  'service',
  'control-plane',
  'access-node',
  ...controlPlaneRoles(),
];

export interface AskedPermissions extends DeploymentPlace {
  /** Of tenants; absent: all. */
  readonly features?: readonly TenantFeature[] | undefined;
}

/**
 * An IAM policy document. Of the `control-plane` one for each role, by the role's name; of a `tenant-user` one for each
 * managed policy, by the policy's name: a user's inline policies have no room for them.
 */
export const permissionsOf = (holder: string, { features, ...place }: AskedPermissions = {}): unknown => {
  switch (holder) {
    case 'tenant':
      return tenantPermissions(features ?? ROLE_FEATURES);
    case 'tenant-user':
      return Object.fromEntries(
        tenantPolicies([...(features ?? tenantFeatures), 'access-key']).map(({ part, document }) => [
          `${TENANT_ROLE}-${part}`,
          document,
        ]),
      );
    case 'service': {
      // of any deployment, unless one is named: what it may touch is known by its name
      const { stage = '*', account: accountId = '*', region = '*' } = place;
      return { Version: POLICY_VERSION, Statement: managementStatements({ stage, accountId, region }) };
    }
    case 'control-plane': {
      const places = placesOf(place);
      return Object.fromEntries(
        [...documentsOfRoles(controlPlaneRoles())].map(([role, document]) => [
          `holdfast-${place.stage ?? '<stage>'}-${role}`,
          fillIn(document, places),
        ]),
      );
    }
    case 'access-node':
      return ofRole(NODES, place);
    default:
      return ofRole(holder, place);
  }
};

const ofRole = (role: string, place: DeploymentPlace): unknown =>
  fillIn(documentsOfRoles([role]).get(role), placesOf(place));
