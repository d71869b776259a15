/**
 * The JSON permissions: of a tenant's role or user, of a service hypervisor's role in another account, and of each role of
 * the control plane.
 */
import { readdirSync, readFileSync } from 'node:fs';
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
import { type DeploymentPlace, placesOf } from './deployment-names.ts';

const FOLDER = new URL('../infra/permissions/service/', import.meta.url);

/** Made for each service hypervisor: it is no role of the deployment. */
const NODES = 'node';

/** Roles of the control plane, by the end of their names. */
const controlPlaneRoles = (): readonly string[] =>
  readdirSync(FOLDER)
    .map((file) => file.replace(/\.json$/, ''))
    .filter((role) => role !== NODES)
    .sort();

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
    case 'control-plane':
      return Object.fromEntries(
        controlPlaneRoles().map((role) => [`holdfast-${place.stage ?? '<stage>'}-${role}`, ofRole(role, place)]),
      );
    case 'access-node':
      return ofRole(NODES, place);
    default:
      return ofRole(holder, place);
  }
};

const ofRole = (role: string, place: DeploymentPlace): unknown =>
  fillIn(JSON.parse(readFileSync(new URL(`${role}.json`, FOLDER), 'utf8')), placesOf(place));
