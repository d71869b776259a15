/** Schedules of plans, in EventBridge Scheduler. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createSchedulerSchedules } from '../../adapters/aws/scheduler-schedules.ts';
import type { Schedules } from '../../core/ports/control.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { deployFunction } from '../../local/lambda/deploy-function.ts';
import { freshId } from './records.ts';
import { REGION, startWorld, until, type World } from './world.ts';

const GROUP = 'holdfast-schedules-test';
const ANY_FUNCTION = join(import.meta.dirname, '../local-services/functions/identity.mjs');
const TARGET = `arn:aws:lambda:${REGION}:${SERVICE_ACCOUNT}:function:holdfast-test-start-scheduled-job`;

describe('schedules of plans', () => {
  let world: World;
  let schedules: Schedules;
  let root: SchedulerClient;
  let roleArn: string;

  before(async () => {
    world = await startWorld();
    const { admin } = world.cloud;
    root = new SchedulerClient(clientSettings('own', REGION, admin.rootAccessKey(SERVICE_ACCOUNT)));
    await root.send(new CreateScheduleGroupCommand({ Name: GROUP }));
    roleArn = admin.putRole({
      accountId: SERVICE_ACCOUNT,
      name: 'holdfast-test-scheduler-2',
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      policies: {},
    }).arn;
    schedules = open(roleArn);
  });
  after(() => world.stop());

  /** As the API does, with no more than it needs. */
  const open = (targetRole: string): Schedules => {
    const { admin } = world.cloud;
    const { arn } = admin.putRole({
      accountId: SERVICE_ACCOUNT,
      name: 'schedules-test',
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      policies: {
        schedules: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['scheduler:CreateSchedule', 'scheduler:UpdateSchedule', 'scheduler:DeleteSchedule'],
              Resource: `arn:aws:scheduler:${REGION}:${SERVICE_ACCOUNT}:schedule/${GROUP}/*`,
            },
            { Effect: 'Allow', Action: 'iam:PassRole', Resource: targetRole },
          ],
        },
      },
    });
    const { AccessKeyId, SecretAccessKey, SessionToken } = admin.credentialsForRole(arn, 'function');
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return createSchedulerSchedules({
      client: new SchedulerClient(clientSettings('own', REGION, credentials)),
      group: GROUP,
      targetArn: TARGET,
      roleArn: targetRole,
    });
  };

  const nightly = (name: string) => ({
    name,
    expression: 'cron(0 2 * * ? *)',
    timeZone: 'Europe/Berlin',
    enabled: true,
    input: { hypervisorId: 'hv-00000001', planId: 'plan-00000001', action: 'backup' as const },
  });
  const find = (Name: string) => root.send(new GetScheduleCommand({ GroupName: GROUP, Name }));
  const fresh = () => `${freshId('plan')}-backup`;

  it('start a job of the plan, and name the time that it was scheduled for', async () => {
    const name = fresh();
    await schedules.put(nightly(name));
    const { ScheduleExpression, ScheduleExpressionTimezone, State, Target, FlexibleTimeWindow } = await find(name);
    assert.deepEqual(
      { ScheduleExpression, ScheduleExpressionTimezone, State, FlexibleTimeWindow },
      {
        ScheduleExpression: 'cron(0 2 * * ? *)',
        ScheduleExpressionTimezone: 'Europe/Berlin',
        State: 'ENABLED',
        FlexibleTimeWindow: { Mode: 'OFF' },
      },
    );
    assert.deepEqual([Target?.Arn, Target?.RoleArn], [TARGET, roleArn]);
    assert.deepEqual(Target?.RetryPolicy, { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 });
    assert.deepEqual(JSON.parse(Target?.Input ?? ''), {
      hypervisorId: 'hv-00000001',
      planId: 'plan-00000001',
      action: 'backup',
      scheduledTime: '<aws.scheduler.scheduled-time>',
    });
  });

  for (const wrong of [
    { expression: 'cron(0 25 * * ? *)' },
    { expression: 'cron(0 2 * * * *)' },
    { expression: 'rate(1 hours and)' },
    { timeZone: 'Europe/Atlantis' },
  ]) {
    it(`say which field is wrong: ${JSON.stringify(wrong)}`, async () => {
      const name = fresh();
      await assert.rejects(schedules.put({ ...nightly(name), ...wrong }), {
        name: 'InvalidRequest',
        field: 'schedule',
      });
      await assert.rejects(find(name), { name: 'ResourceNotFoundException' });
      await schedules.put(nightly(name));
      await assert.rejects(schedules.put({ ...nightly(name), ...wrong }), {
        name: 'InvalidRequest',
        field: 'schedule',
      });
      assert.equal((await find(name)).ScheduleExpression, 'cron(0 2 * * ? *)');
    });
  }

  it('do not blame the plan for a fault of the deployment', async () => {
    await assert.rejects(open(world.arn('HubRole')).put(nightly(fresh())), { name: 'ValidationException' });
  });

  it('of the deployment itself reach their functions, each of them, and are nobody’s to change', async () => {
    const GroupName = 'holdfast-test-own';
    const { Schedules: own = [] } = await root.send(new ListSchedulesCommand({ GroupName }));
    assert.deepEqual(own.map(({ Name }) => Name).toSorted(), [
      'library-runs',
      'measure',
      'reap',
      'resume-approvals',
      'size-nodes',
      'tick',
    ]);
    for (const { Name } of own) {
      const functionName = `holdfast-test-${Name === 'library-runs' ? 'schedule-library-runs' : Name}`;
      const place = { accountId: SERVICE_ACCOUNT, region: REGION, roleArn: world.arn('TickRole') };
      const size = { environment: {}, timeoutSeconds: 10, memoryMb: 128 };
      deployFunction(world.cloud.kernel, {
        ...place,
        ...size,
        functionName,
        codePath: ANY_FUNCTION,
        handlerExport: 'handler',
      });
    }
    const next = new Date(Date.now() + 1_000).toISOString().slice(0, 19);
    for (const { Name } of own) {
      const { Target } = await root.send(new GetScheduleCommand({ GroupName, Name }));
      const once = {
        Name: `${Name}-once`,
        ScheduleExpression: `at(${next})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
      } as const;
      await root.send(new CreateScheduleCommand({ ...once, GroupName, Target }));
    }
    // before there were functions, a schedule may have called in vain
    await until(
      async () => (await world.cloud.trail.records({ eventName: 'Invoke' })).filter((call) => !call.errorCode),
      (calls) => new Set(calls.map((call) => JSON.stringify(call.requestParameters))).size === own.length,
    );
    const api = new SchedulerClient(clientSettings('own', REGION, world.as('OperatorApiRole')));
    await assert.rejects(api.send(new DeleteScheduleCommand({ GroupName, Name: 'tick' })), {
      name: 'AccessDeniedException',
    });
  });

  it('are tried again when AWS fails', async () => {
    const fault = world.cloud.faults.add({ service: 'scheduler', operation: 'CreateSchedule', kind: 'error-503' });
    await assert.rejects(schedules.put(nightly(fresh())), { name: 'TransientFailure' });
    assert.equal(fault.fired, 2);
    fault.remove();
  });
});
