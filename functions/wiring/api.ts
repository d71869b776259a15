import { openControlPlaneClients } from '../../adapters/aws/control-plane-clients.ts';
import { createCredentialCheck } from '../../adapters/aws/credential-check.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createErrorReport } from '../../adapters/aws/error-report.ts';
import { createPermissionCheck } from '../../adapters/aws/permission-check.ts';
import { createSecretsManagerSecrets } from '../../adapters/aws/secrets-manager-secrets.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { createSqsQueues } from '../../adapters/aws/sqs-queues.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { sha256, systemClock, uuidv7Ids } from '../../adapters/system.ts';
import type { OperatorApiDeps } from '../api/operator-api.ts';
import type { TenantApiDeps } from '../api/tenant-api.ts';
import { type Environment, readConfiguration } from './configuration.ts';
import { machinesOf } from './machines.ts';
import { permissionPolicies } from './permission-policies.ts';
import { wireSchedules } from './schedule.ts';

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
  const configuration = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    machines: 'HOLDFAST_MACHINES',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    stage: 'HOLDFAST_STAGE',
    controlPlaneAccountId: 'HOLDFAST_ACCOUNT_ID',
    libraryBucket: 'HOLDFAST_LIBRARY_BUCKET',
    libraryRoleArn: 'HOLDFAST_LIBRARY_ROLE_ARN',
    kmsKeyArn: 'HOLDFAST_LIBRARY_KEY_ARN',
    region: 'AWS_REGION',
  });
  const {
    table,
    machines,
    hubRoleArn,
    stage,
    controlPlaneAccountId,
    libraryBucket,
    libraryRoleArn,
    kmsKeyArn,
    region,
  } = configuration;
  const { dynamo, secrets, sfn, sqs, sts } = openControlPlaneClients(region);
  return {
    catalog: createDynamoCatalog({ client: dynamo, table }),
    scopes: createTenantScopes({ sts, secrets, hubRoleArn, region }),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    schedules: wireSchedules(environment),
    sha256,
    credentials: createCredentialCheck({ sts, hubRoleArn }),
    secrets: createSecretsManagerSecrets({ client: secrets }),
    queues: createSqsQueues({ client: sqs }),
    permissions: {
      check: createPermissionCheck({ sts, secrets, hubRoleArn, region }),
      policies: permissionPolicies,
    },
    clock: systemClock,
    ids: uuidv7Ids,
    settings: { stage, controlPlaneAccountId, libraryBucket, libraryRegion: region, kmsKeyArn, libraryRoleArn },
    reportError: createErrorReport('operator-api'),
  };
};
