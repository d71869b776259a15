import { openControlPlaneClients, openSchedulerClient } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoAuditLog } from '../../adapters/aws/dynamo-audit.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createDynamoThrottles } from '../../adapters/aws/dynamo-throttles.ts';
import { createErrorReport } from '../../adapters/aws/error-report.ts';
import { createS3OpenUploads } from '../../adapters/aws/s3-open-uploads.ts';
import { createScheduleList } from '../../adapters/aws/scheduler-schedule-list.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { sha256, systemClock } from '../../adapters/system.ts';
import type { BeatingTickDeps } from '../../core/steps/health/beating-tick.ts';
import type { ReaperDeps } from '../../core/steps/reaper/reaper-deps.ts';
import { type Environment, readConfiguration, wholeNumber } from './configuration.ts';
import { wireBeating } from './health.ts';
import { wireHypervisors } from './hypervisors.ts';
import { machinesOf } from './machines.ts';
import { wireSchedules } from './schedule.ts';

type Own = Pick<ReaperDeps, 'scheduleList' | 'uploads'> & { readonly reaperSettings: ReaperDeps['settings'] };

/** What only sweeps need, for whoever sweeps. */
export const wireSweeps = (environment: Environment): Own => {
  const { group, graceHours, workBucket, libraryBucket, stage, controlPlaneAccountId, region } = readConfiguration(
    environment,
    {
      group: 'HOLDFAST_SCHEDULE_GROUP',
      graceHours: 'HOLDFAST_REAPER_GRACE_HOURS',
      workBucket: 'HOLDFAST_WORK_BUCKET',
      libraryBucket: 'HOLDFAST_LIBRARY_BUCKET',
      stage: 'HOLDFAST_STAGE',
      controlPlaneAccountId: 'HOLDFAST_ACCOUNT_ID',
      region: 'AWS_REGION',
    },
  );
  const { s3 } = openControlPlaneClients(region);
  const graceMs = wholeNumber('HOLDFAST_REAPER_GRACE_HOURS', graceHours) * 3_600_000;
  return {
    scheduleList: createScheduleList({ client: openSchedulerClient(region), group }),
    uploads: createS3OpenUploads({ client: s3, buckets: [workBucket, libraryBucket] }),
    reaperSettings: { stage, controlPlaneAccountId, graceMs },
  };
};

/** One tenant's account that is at its limit must not take the others' patience: each look, and each job's things, have their own. */
const PATIENCE_MS = 10_000;

/** What the scheduled sweeps need: besides, what notes that they have been. */
export const wireReaper = (environment: Environment): ReaperDeps & BeatingTickDeps => {
  const { table, auditTable, hubRoleArn, machines, region } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    auditTable: 'HOLDFAST_AUDIT_TABLE',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    machines: 'HOLDFAST_MACHINES',
    region: 'AWS_REGION',
  });
  const { dynamo, secrets, sfn, sts } = openControlPlaneClients(region);
  const { queues, secrets: kept, serviceAccounts, nodeRoles, brokerNames } = wireHypervisors(environment);
  const { reaperSettings, ...own } = wireSweeps(environment);
  return {
    ...{ queues, secrets: kept, serviceAccounts, nodeRoles, brokerNames },
    ...own,
    ...wireBeating(environment),
    catalog: createDynamoCatalog({ client: dynamo, table }),
    scopes: createTenantScopes({
      ...{ sts, secrets, hubRoleArn, region, patienceMs: PATIENCE_MS },
      throttles: createDynamoThrottles({ client: dynamo, table }, systemClock.now),
    }),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    schedules: wireSchedules(environment),
    audit: createDynamoAuditLog({ client: dynamo, table: auditTable }, createErrorReport('reap')),
    sha256,
    settings: reaperSettings,
  };
};
