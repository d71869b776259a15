/** The shipped permissions of the control plane's roles, filled in with this deployment's names: bundled with the check. */
import { serviceAccountNames } from '../../core/domain/automatic-nodes.ts';
import type { ServiceHypervisor } from '../../core/domain/hypervisor.ts';
import type { PermissionPolicy } from '../../core/domain/permissions.ts';
import type { RolePermissions } from '../../core/steps/api/check-service-permissions.ts';
import { fillIn } from '../../infra/permissions/fill-in.ts';
import broker from '../../infra/permissions/service/broker.json' with { type: 'json' };
import library from '../../infra/permissions/service/library.json' with { type: 'json' };
import libraryMaintenance from '../../infra/permissions/service/library-maintenance.json' with { type: 'json' };
import operatorApi from '../../infra/permissions/service/operator-api.json' with { type: 'json' };
import sizeNodes from '../../infra/permissions/service/size-nodes.json' with { type: 'json' };
import statesLibraryRun from '../../infra/permissions/service/states-library-run.json' with { type: 'json' };
import statesTransfer from '../../infra/permissions/service/states-transfer.json' with { type: 'json' };
import work from '../../infra/permissions/service/work.json' with { type: 'json' };
import { type Environment, readConfiguration } from './configuration.ts';
import { nodePermissions } from './node-permissions.ts';

/** Those that move a service hypervisor's orders and keep its nodes. */
const ROLES = {
  'operator-api': operatorApi,
  broker,
  'states-transfer': statesTransfer,
  'states-library-run': statesLibraryRun,
  work,
  'size-nodes': sizeNodes,
} as const;

/** `arn:aws:iam::…:role/holdfast-dev-hub` → all but `-hub`: what `serverless.yml` makes the names of. */
const withoutEnd = (name: string, end: string): string => {
  if (!name.endsWith(end)) throw new TypeError(`${name} does not end with ${end}`);
  return name.slice(0, -end.length);
};

export const servicePermissionPolicies = (
  environment: Environment,
): ((service: ServiceHypervisor) => readonly RolePermissions[]) => {
  const own = readConfiguration(environment, {
    stage: 'HOLDFAST_STAGE',
    accountId: 'HOLDFAST_ACCOUNT_ID',
    region: 'AWS_REGION',
    table: 'HOLDFAST_TABLE',
    auditTable: 'HOLDFAST_AUDIT_TABLE',
    workBucket: 'HOLDFAST_WORK_BUCKET',
    libraryBucket: 'HOLDFAST_LIBRARY_BUCKET',
    libraryKeyArn: 'HOLDFAST_LIBRARY_KEY_ARN',
    machines: 'HOLDFAST_MACHINES',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    brokerFunctionArn: 'HOLDFAST_BROKER_FUNCTION_ARN',
    nodeBoundary: 'HOLDFAST_NODE_BOUNDARY_ARN',
  });
  const roles = withoutEnd(own.hubRoleArn, '-hub');
  const variables = {
    'sls:stage': own.stage,
    'self:custom.account': own.accountId,
    'aws:region': own.region,
    'self:custom.name': roles.slice(roles.lastIndexOf('/') + 1),
    'self:custom.table': own.table,
    'self:custom.auditTable': own.auditTable,
    'self:custom.workBucket': own.workBucket,
    'self:custom.libraryBucket': own.libraryBucket,
    'self:custom.roles': roles,
    'self:custom.functions': withoutEnd(own.brokerFunctionArn, '-broker'),
    'self:custom.machines': own.machines,
    'self:custom.nodeBoundary': own.nodeBoundary,
  };
  const { libraryKeyArn } = own;
  const ofControlPlane = Object.entries(ROLES).map(
    ([name, document]): RolePermissions => ({
      roleArn: `${roles}-${name}`,
      policy: fillIn(document, { variables, libraryKeyArn }) as PermissionPolicy,
    }),
  );

  const { HOLDFAST_NODE_SOFTWARE: nodeSoftware } = environment;
  const nodePolicy = nodePermissions({ ...own, ...(nodeSoftware ? { nodeSoftware } : {}) });
  return ({ hypervisorId, accountId, mediaAgent }) => {
    const nodes: RolePermissions = {
      roleArn: `arn:aws:iam::${own.accountId}:role/${serviceAccountNames(own.stage, hypervisorId).nodeControlRoleName}`,
      policy: nodePolicy(hypervisorId, accountId === own.accountId ? 'in this account' : 'elsewhere'),
    };
    const { roleArn, maintenanceRoleArn, kmsKeyArn } = mediaAgent;
    const bucket = mediaAgent.library.kind === 's3' ? mediaAgent.library.bucket : undefined;
    const places = {
      variables: { ...variables, ...(bucket === undefined ? {} : { 'self:custom.libraryBucket': bucket }) },
      libraryKeyArn: kmsKeyArn,
    };
    const forLibrary = (document: unknown): PermissionPolicy => {
      const policy = fillIn(document, places) as PermissionPolicy;
      if (bucket !== undefined) return policy;
      // A disk library has a key, and no bucket.
      return { ...policy, Statement: policy.Statement.filter(({ Action }) => [Action].flat().join().includes('kms:')) };
    };
    return [
      ...ofControlPlane,
      nodes,
      { roleArn, policy: forLibrary(library) },
      ...(maintenanceRoleArn ? [{ roleArn: maintenanceRoleArn, policy: forLibrary(libraryMaintenance) }] : []),
    ];
  };
};
