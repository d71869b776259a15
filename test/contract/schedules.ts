import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { CreateRoleCommand, EntityAlreadyExistsException, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateScheduleGroupCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createScheduleList } from '../../adapters/aws/scheduler-schedule-list.ts';
import { createSchedulerSchedules } from '../../adapters/aws/scheduler-schedules.ts';
import type { Schedules } from '../../core/ports/control.ts';
import { freshName, REGION, SERVICE_ACCOUNT, type TheCloud } from './cloud.ts';

const TARGET = `arn:aws:lambda:${REGION}:${SERVICE_ACCOUNT}:function:holdfast-test-start-scheduled-job`;

export const schedulesContract = (cloud: TheCloud): void => {
  describe('schedules of plans', () => {
    const group = freshName('contract').slice(0, 40);
    let client: SchedulerClient;
    let schedules: Schedules;
    let roleArn: string;
    const roleFor = async (RoleName: string, Service: string): Promise<string> => {
      const iam = new IAMClient(clientSettings('own', REGION, cloud().root()));
      const Statement = [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }];
      const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      try {
        await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
      } catch (error) {
        if (!(error instanceof EntityAlreadyExistsException)) throw error;
      }
      return `arn:aws:iam::${SERVICE_ACCOUNT}:role/${RoleName}`;
    };
    const open = (role: string): Schedules =>
      createSchedulerSchedules({ client, group, targetArn: TARGET, roleArn: role });
    before(async () => {
      client = new SchedulerClient(clientSettings('own', REGION, cloud().root()));
      await client.send(new CreateScheduleGroupCommand({ Name: group }));
      roleArn = await roleFor('contract-scheduler', 'scheduler.amazonaws.com');
      schedules = open(roleArn);
    });

    const nightly = (name: string) => ({
      ...{ name, expression: 'cron(0 2 * * ? *)', timeZone: 'Europe/Berlin', enabled: true },
      input: { hypervisorId: 'hv-00000001', planId: 'plan-00000001', action: 'backup' as const },
    });
    const find = (Name: string) => client.send(new GetScheduleCommand({ GroupName: group, Name }));
    const fresh = () => `${freshName('plan')}-backup`;

    it('start a job of the plan at their time, and name the time that it was scheduled for', async () => {
      const name = fresh();
      await schedules.put(nightly(name));
      const { ScheduleExpression, ScheduleExpressionTimezone, State, Target, FlexibleTimeWindow } = await find(name);
      assert.deepEqual(
        [ScheduleExpression, ScheduleExpressionTimezone, State, FlexibleTimeWindow],
        ['cron(0 2 * * ? *)', 'Europe/Berlin', 'ENABLED', { Mode: 'OFF' }],
      );
      assert.deepEqual([Target?.Arn, Target?.RoleArn], [TARGET, roleArn]);
      assert.deepEqual(Target?.RetryPolicy, { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 });
      assert.deepEqual(JSON.parse(Target?.Input ?? ''), {
        ...{ hypervisorId: 'hv-00000001', planId: 'plan-00000001', action: 'backup' },
        scheduledTime: '<aws.scheduler.scheduled-time>',
      });
    });

    it('are changed and paused by the same call, however often', async () => {
      const name = fresh();
      const changes = [{}, { expression: 'rate(6 hours)', timeZone: 'UTC' }, { enabled: false }, { enabled: false }];
      for (const change of changes) await schedules.put({ ...nightly(name), ...change });
      const { ScheduleExpression, State } = await find(name);
      assert.deepEqual([ScheduleExpression, State], ['cron(0 2 * * ? *)', 'DISABLED']);
    });

    it('are made once, though five ask at the same time', async () => {
      const name = fresh();
      await Promise.all(Array.from({ length: 5 }, () => schedules.put(nightly(name))));
      const { Schedules: listed } = await client.send(new ListSchedulesCommand({ GroupName: group, NamePrefix: name }));
      assert.deepEqual(
        listed?.map(({ Name, State }) => [Name, State]),
        [[name, 'ENABLED']],
      );
    });

    it('are listed, each with the time of its making', async () => {
      const name = fresh();
      await schedules.put(nightly(name));
      const found = (await createScheduleList({ client, group }).names()).filter((each) => each.name === name);
      assert.equal(found.length, 1);
      assert.ok(Math.abs((found[0]?.createdAt ?? 0) - Date.now()) < 600_000);
    });

    it('go, and going twice is fine', async () => {
      const name = fresh();
      await schedules.put(nightly(name));
      await schedules.remove(name);
      await schedules.remove(name);
      await assert.rejects(find(name), { name: 'ResourceNotFoundException' });
    });

    for (const wrong of [
      { expression: 'cron(0 25 * * ? *)' },
      { expression: 'cron(0 2 * * * *)' },
      { expression: 'rate(1 hours and)' },
      { timeZone: 'Europe/Atlantis' },
    ])
      it(`say which field is wrong, and stay as they are: ${JSON.stringify(wrong)}`, async () => {
        const name = fresh();
        const refused = { name: 'InvalidRequest', field: 'schedule' };
        await assert.rejects(schedules.put({ ...nightly(name), ...wrong }), refused);
        await assert.rejects(find(name), { name: 'ResourceNotFoundException' });
        await schedules.put(nightly(name));
        await assert.rejects(schedules.put({ ...nightly(name), ...wrong }), refused);
        assert.equal((await find(name)).ScheduleExpression, 'cron(0 2 * * ? *)');
      });

    it('do not blame the plan for a role that Scheduler cannot assume', async () => {
      const role = await roleFor('contract-not-for-scheduler', 'lambda.amazonaws.com');
      await assert.rejects(open(role).put(nightly(fresh())), { name: 'ValidationException' });
    });
  });
};
