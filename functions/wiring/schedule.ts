import { openControlPlaneClients, openSchedulerClient } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoAuditEntries, createDynamoAuditLog } from '../../adapters/aws/dynamo-audit.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createErrorReport } from '../../adapters/aws/error-report.ts';
import { createS3AuditAnchors } from '../../adapters/aws/s3-audit-anchors.ts';
import { createSchedulerSchedules } from '../../adapters/aws/scheduler-schedules.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { sha256, systemClock } from '../../adapters/system.ts';
import type { Schedules } from '../../core/ports/control.ts';
import type { KeepAnchorDeps } from '../../core/steps/audit/keep-anchor.ts';
import type { TickDeps } from '../../core/steps/schedule/tick.ts';
import { type Environment, readConfiguration, wholeNumber } from './configuration.ts';
import { machinesOf } from './machines.ts';

/** Plans' schedules: whoever changes plans needs them. */
export const wireSchedules = (environment: Environment): Schedules => {
  const { group, targetArn, roleArn, region } = readConfiguration(environment, {
    group: 'HOLDFAST_SCHEDULE_GROUP',
    targetArn: 'HOLDFAST_SCHEDULE_TARGET_ARN',
    roleArn: 'HOLDFAST_SCHEDULER_ROLE_ARN',
    region: 'AWS_REGION',
  });
  return createSchedulerSchedules({ client: openSchedulerClient(region), group, targetArn, roleArn });
};

/** What runs by itself: scheduled jobs and the tick. */
export const wireScheduled = (environment: Environment): Omit<TickDeps, 'keepAnchor'> => {
  const { table, auditTable, hubRoleArn, machines, region } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    auditTable: 'HOLDFAST_AUDIT_TABLE',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    machines: 'HOLDFAST_MACHINES',
    region: 'AWS_REGION',
  });
  const { dynamo, secrets, sfn, sts } = openControlPlaneClients(region);
  const report = createErrorReport('schedule');
  return {
    audit: createDynamoAuditLog({ client: dynamo, table: auditTable }, report),
    catalog: createDynamoCatalog({ client: dynamo, table }),
    scopes: createTenantScopes({ sts, secrets, hubRoleArn, region }),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    schedules: wireSchedules(environment),
    clock: systemClock,
    sha256,
  };
};

/** Where the tick keeps the audit log's head. */
export const wireAuditAnchors = (environment: Environment): KeepAnchorDeps => {
  const { auditTable, libraryBucket, lockDays, region } = readConfiguration(environment, {
    auditTable: 'HOLDFAST_AUDIT_TABLE',
    libraryBucket: 'HOLDFAST_LIBRARY_BUCKET',
    lockDays: 'HOLDFAST_AUDIT_LOCK_DAYS',
    region: 'AWS_REGION',
  });
  const { dynamo, s3 } = openControlPlaneClients(region);
  const days = wholeNumber('HOLDFAST_AUDIT_LOCK_DAYS', lockDays);
  return {
    entries: createDynamoAuditEntries({ client: dynamo, table: auditTable }),
    anchors: createS3AuditAnchors({ client: s3, bucket: libraryBucket, lock: { days, now: systemClock.now } }),
    sha256,
  };
};
