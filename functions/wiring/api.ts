import { openControlPlaneClients } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoAuditEntries, createDynamoAuditLog } from '../../adapters/aws/dynamo-audit.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createDynamoThrottles } from '../../adapters/aws/dynamo-throttles.ts';
import { createErrorReport } from '../../adapters/aws/error-report.ts';
import { createPermissionCheck } from '../../adapters/aws/permission-check.ts';
import { createS3AuditAnchors } from '../../adapters/aws/s3-audit-anchors.ts';
import { createServicePermissionCheck } from '../../adapters/aws/service-permission-check.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { sha256, systemClock, uuidv7Ids, within } from '../../adapters/system.ts';
import type { OperatorApiDeps } from '../api/operator-api.ts';
import type { TenantApiDeps } from '../api/tenant-api.ts';
import { type Environment, readConfiguration } from './configuration.ts';
import { wireHealthPorts } from './health.ts';
import { wireHypervisors } from './hypervisors.ts';
import { machinesOf } from './machines.ts';
import { permissionPolicies } from './permission-policies.ts';
import { wireSweeps } from './reap.ts';
import { wireSchedules } from './schedule.ts';
import { servicePermissionPolicies } from './service-permission-policies.ts';

export const wireTenantApi = (environment: Environment): TenantApiDeps => {
  const { table, auditTable, machines, hubRoleArn, region } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    auditTable: 'HOLDFAST_AUDIT_TABLE',
    machines: 'HOLDFAST_MACHINES',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    region: 'AWS_REGION',
  });
  const { dynamo, secrets, sfn, sts } = openControlPlaneClients(region);
  const reportError = createErrorReport('tenant-api');
  return {
    catalog: createDynamoCatalog({ client: dynamo, table }),
    scopes: createTenantScopes({ sts, secrets, hubRoleArn, region }),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    schedules: wireSchedules(environment),
    clock: systemClock,
    ids: uuidv7Ids,
    sha256,
    audit: createDynamoAuditLog({ client: dynamo, table: auditTable }, reportError),
    reportError,
  };
};

/** A request has 29 s, and a run looks twice: what waits must not outlast it. */
const SWEEP_PATIENCE_MS = 2_000;

export const wireOperatorApi = (environment: Environment): OperatorApiDeps => {
  const { table, auditTable, machines, hubRoleArn, region } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    auditTable: 'HOLDFAST_AUDIT_TABLE',
    machines: 'HOLDFAST_MACHINES',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    region: 'AWS_REGION',
  });
  const { dynamo, s3, secrets, sfn, sts } = openControlPlaneClients(region);
  const hypervisors = wireHypervisors(environment);
  const { scheduleList, uploads, reaperSettings } = wireSweeps(environment);
  const reportError = createErrorReport('operator-api');
  return {
    ...hypervisors,
    health: wireHealthPorts(environment),
    ...{ scheduleList, uploads, reaperGraceMs: reaperSettings.graceMs },
    catalog: createDynamoCatalog({ client: dynamo, table }),
    scopes: createTenantScopes({ sts, secrets, hubRoleArn, region }),
    sweepScopes: createTenantScopes({
      ...{ sts, secrets, hubRoleArn, region, patienceMs: SWEEP_PATIENCE_MS },
      throttles: createDynamoThrottles({ client: dynamo, table }, systemClock.now),
    }),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    schedules: wireSchedules(environment),
    clock: systemClock,
    within,
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
    audit: createDynamoAuditLog({ client: dynamo, table: auditTable }, reportError),
    auditEntries: createDynamoAuditEntries({ client: dynamo, table: auditTable }),
    auditAnchors: createS3AuditAnchors({ client: s3, bucket: hypervisors.settings.libraryBucket }),
    reportError,
  };
};
