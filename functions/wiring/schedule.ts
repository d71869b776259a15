import { openControlPlaneClients, openSchedulerClient } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createSchedulerSchedules } from '../../adapters/aws/scheduler-schedules.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { sha256, systemClock } from '../../adapters/system.ts';
import type { Schedules } from '../../core/ports/control.ts';
import type { TickDeps } from '../../core/steps/schedule/tick.ts';
import { type Environment, readConfiguration } from './configuration.ts';
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
export const wireScheduled = (environment: Environment): TickDeps => {
  const { table, hubRoleArn, machines, region } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    machines: 'HOLDFAST_MACHINES',
    region: 'AWS_REGION',
  });
  const { dynamo, secrets, sfn, sts } = openControlPlaneClients(region);
  return {
    catalog: createDynamoCatalog({ client: dynamo, table }),
    scopes: createTenantScopes({ sts, secrets, hubRoleArn, region }),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    schedules: wireSchedules(environment),
    clock: systemClock,
    sha256,
  };
};
