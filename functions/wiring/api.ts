import { openControlPlaneClients } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createErrorReport } from '../../adapters/aws/error-report.ts';
import { createPermissionCheck } from '../../adapters/aws/permission-check.ts';
import { createServicePermissionCheck } from '../../adapters/aws/service-permission-check.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { sha256, systemClock, uuidv7Ids } from '../../adapters/system.ts';
import type { OperatorApiDeps } from '../api/operator-api.ts';
import type { TenantApiDeps } from '../api/tenant-api.ts';
import { type Environment, readConfiguration } from './configuration.ts';
import { wireHypervisors } from './hypervisors.ts';
import { machinesOf } from './machines.ts';
import { permissionPolicies } from './permission-policies.ts';
import { wireSchedules } from './schedule.ts';
import { servicePermissionPolicies } from './service-permission-policies.ts';

export const wireTenantApi = (environment: Environment): TenantApiDeps => {
  const { table, machines, hubRoleArn, region } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    machines: 'HOLDFAST_MACHINES',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    region: 'AWS_REGION',
  });
  const { dynamo, secrets, sfn, sts } = openControlPlaneClients(region);
  return {
    catalog: createDynamoCatalog({ client: dynamo, table }),
    scopes: createTenantScopes({ sts, secrets, hubRoleArn, region }),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    schedules: wireSchedules(environment),
    clock: systemClock,
    ids: uuidv7Ids,
    sha256,
    reportError: createErrorReport('tenant-api'),
  };
};

export const wireOperatorApi = (environment: Environment): OperatorApiDeps => {
  const { table, machines, hubRoleArn, region } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    machines: 'HOLDFAST_MACHINES',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    region: 'AWS_REGION',
  });
  const { dynamo, secrets, sfn, sts } = openControlPlaneClients(region);
  const hypervisors = wireHypervisors(environment);
  return {
    ...hypervisors,
    catalog: createDynamoCatalog({ client: dynamo, table }),
    scopes: createTenantScopes({ sts, secrets, hubRoleArn, region }),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    schedules: wireSchedules(environment),
    clock: systemClock,
    ids: uuidv7Ids,
    sha256,
    permissions: {
      check: createPermissionCheck({ sts, secrets, hubRoleArn, region }),
      policies: permissionPolicies,
      service: {
        check: createServicePermissionCheck({
          ...{ sts, secrets, hubRoleArn, region },
          accountId: hypervisors.settings.controlPlaneAccountId,
          buckets: hypervisors.libraryBuckets,
        }),
        roles: servicePermissionPolicies(environment),
      },
    },
    reportError: createErrorReport('operator-api'),
  };
};
