import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  paginateListSchedules,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import {
  acme,
  client,
  clock,
  create,
  functionArn,
  input,
  MINUTE,
  queueArn,
  roleArn,
  schedule,
  world,
} from './scheduler-world.ts';
import { ACME, errorName, GLOBEX, REGION } from './two-accounts.ts';

test('a schedule is read back as AWS shows it, and is in the list', async () => {
  const { ScheduleArn } = await create('shown', {
    ScheduleExpression: 'cron(0 3 * * ? *)',
    Description: 'every night',
  });
  assert.equal(ScheduleArn, `arn:aws:scheduler:${REGION}:${ACME}:schedule/default/shown`);
  const { $metadata, ...shown } = await acme.send(new GetScheduleCommand({ Name: 'shown' }));
  assert.deepEqual(shown, {
    ActionAfterCompletion: 'NONE',
    Arn: ScheduleArn,
    CreationDate: new Date(clock.now()),
    Description: 'every night',
    FlexibleTimeWindow: { Mode: 'OFF' },
    GroupName: 'default',
    LastModificationDate: new Date(clock.now()),
    Name: 'shown',
    ScheduleExpression: 'cron(0 3 * * ? *)',
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    Target: {
      Arn: functionArn,
      Input: input('shown'),
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      RoleArn: roleArn('schedules'),
    },
  });
  const { Schedules } = await acme.send(new ListSchedulesCommand({ GroupName: 'default', State: 'ENABLED' }));
  assert.deepEqual(
    Schedules?.map(({ Arn, Target }) => [Arn, Target]),
    [[ScheduleArn, { Arn: functionArn }]],
  );
});

test('lists come in pages; other accounts see nothing', async () => {
  for (const name of ['a-1', 'a-2', 'a-3', 'b-1']) await create(name, { State: 'DISABLED' });
  const names: (string | undefined)[] = [];
  let pages = 0;
  for await (const page of paginateListSchedules({ client: acme, pageSize: 2 }, { NamePrefix: 'a-' })) {
    names.push(...(page.Schedules ?? []).map(({ Name }) => Name));
    pages++;
  }
  assert.deepEqual(names, ['a-1', 'a-2', 'a-3']);
  assert.equal(pages, 2);
  const globex = client('globex');
  assert.deepEqual((await globex.send(new ListSchedulesCommand({}))).Schedules, []);
  assert.equal(await errorName(globex.send(new GetScheduleCommand({ Name: 'a-1' }))), 'ResourceNotFoundException');
});

test('a call whose answer was lost succeeds when it is made again; another with the same name conflicts', async () => {
  const retrying = new SchedulerClient({ ...world.config(world.acme), maxAttempts: 2 });
  const operations = ['CreateScheduleGroup', 'CreateSchedule', 'DeleteSchedule', 'DeleteScheduleGroup'];
  const lost = operations.map((operation) =>
    world.cloud.faults.add({ service: 'scheduler', operation, kind: 'timeout-after', nth: 1 }),
  );
  const off = schedule('again', { State: 'DISABLED', GroupName: 'group-again', ClientToken: 'token-1' });
  await retrying.send(new CreateScheduleGroupCommand({ Name: 'group-again' }));
  await retrying.send(new CreateScheduleCommand(off));
  for (const other of [{ Description: 'another' }, { ClientToken: 'token-2' }])
    await assert.rejects(acme.send(new CreateScheduleCommand({ ...off, ...other })), {
      name: 'ConflictException',
      message: 'Schedule again already exists.',
    });
  assert.equal(
    await errorName(acme.send(new CreateScheduleGroupCommand({ Name: 'group-again' }))),
    'ConflictException',
  );
  const gone = { Name: 'again', GroupName: 'group-again' };
  await retrying.send(new DeleteScheduleCommand(gone));
  await assert.rejects(acme.send(new DeleteScheduleCommand(gone)), {
    name: 'ResourceNotFoundException',
    message: 'Schedule again does not exist.',
  });
  await retrying.send(new DeleteScheduleGroupCommand({ Name: 'group-again' }));
  assert.deepEqual(
    lost.map(({ fired }) => fired),
    [1, 1, 1, 1],
  );
});

test('groups hold schedules apart, have tags, and take their schedules with them', async () => {
  const { ScheduleGroupArn } = await acme.send(
    new CreateScheduleGroupCommand({ Name: 'plans', Tags: [{ Key: 'holdfast:plan', Value: 'gold' }] }),
  );
  assert.equal(ScheduleGroupArn, `arn:aws:scheduler:${REGION}:${ACME}:schedule-group/plans`);
  const group = await acme.send(new GetScheduleGroupCommand({ Name: 'plans' }));
  assert.deepEqual([group.State, group.Arn, group.CreationDate], ['ACTIVE', ScheduleGroupArn, new Date(clock.now())]);
  const named = async () =>
    (await acme.send(new ListScheduleGroupsCommand({}))).ScheduleGroups?.map(({ Name }) => Name);
  assert.deepEqual(await named(), ['default', 'plans']);

  await acme.send(new TagResourceCommand({ ResourceArn: ScheduleGroupArn, Tags: [{ Key: 'b', Value: '2' }] }));
  await acme.send(new UntagResourceCommand({ ResourceArn: ScheduleGroupArn, TagKeys: ['holdfast:plan'] }));
  const { Tags } = await acme.send(new ListTagsForResourceCommand({ ResourceArn: ScheduleGroupArn }));
  assert.deepEqual(Tags, [{ Key: 'b', Value: '2' }]);

  await create('same-name', { GroupName: 'plans' });
  await create('same-name', { State: 'DISABLED' });
  const { Schedules } = await acme.send(new ListSchedulesCommand({ GroupName: 'plans' }));
  assert.deepEqual(
    Schedules?.map(({ Arn }) => Arn),
    [`arn:aws:scheduler:${REGION}:${ACME}:schedule/plans/same-name`],
  );
  await acme.send(new DeleteScheduleGroupCommand({ Name: 'plans' }));
  assert.deepEqual(await named(), ['default']);
  assert.equal((await acme.send(new GetScheduleCommand({ Name: 'same-name' }))).State, 'DISABLED');
  await assert.rejects(acme.send(new GetScheduleCommand({ Name: 'same-name', GroupName: 'plans' })), {
    name: 'ResourceNotFoundException',
    message: 'Schedule group plans does not exist.',
  });
  assert.equal(await errorName(create('lost', { GroupName: 'plans' })), 'ResourceNotFoundException');
  assert.equal(await errorName(acme.send(new DeleteScheduleGroupCommand({ Name: 'default' }))), 'ValidationException');
});

test('a schedule that could not work is refused, as AWS refuses it', async () => {
  const target = { Arn: functionArn, RoleArn: roleArn('schedules') };
  const cannotAssume = 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.';
  const cases: readonly [Partial<CreateScheduleCommandInput>, RegExp | string][] = [
    [{ ScheduleExpression: 'cron(0 1 * * * *)' }, 'Invalid Schedule Expression cron(0 1 * * * *).'],
    [{ ScheduleExpressionTimezone: 'Mars/Olympus' }, /Timezone/],
    [
      { StartDate: new Date(clock.now() - 6 * MINUTE) },
      'The StartDate you specify cannot be earlier than 5 minutes ago.',
    ],
    [{ StartDate: new Date(clock.now()), EndDate: new Date(clock.now() - MINUTE) }, /EndDate/],
    [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /MaximumWindowInMinutes/],
    [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1441 } }, /MaximumWindowInMinutes/],
    [{ Target: { ...target, Arn: 'backup' } }, 'Provided Arn is not in correct format.'],
    [{ Target: { ...target, Arn: queueArn } }, /functions and state machines only/],
    [{ Target: { ...target, Input: 'not json' } }, /well-formed JSON/],
    [{ Target: { ...target, RetryPolicy: { MaximumRetryAttempts: 186 } } }, /MaximumRetryAttempts/],
    [{ Target: { ...target, DeadLetterConfig: { Arn: `${queueArn}.fifo` } } }, /DeadLetterConfig/],
    [{ Target: { ...target, RoleArn: roleArn('functions') } }, cannotAssume],
    [{ Target: { ...target, RoleArn: roleArn('absent') } }, cannotAssume],
    // AWS tells a role's trust policy the group, never the schedule.
    [{ Name: 'nightly', Target: { ...target, RoleArn: roleArn('of-one-schedule') } }, cannotAssume],
    [{ Target: { ...target, RoleArn: `arn:aws:iam::${GLOBEX}:role/other` } }, /own account/],
    [{ Name: 'no spaces' }, /Name/],
  ];
  for (const [more, message] of cases)
    await assert.rejects(create('refused', more), { name: 'ValidationException', message }, JSON.stringify(more));
  assert.deepEqual((await acme.send(new ListSchedulesCommand({}))).Schedules, []);
});

test('who makes or changes a schedule must be allowed to pass its role, to the scheduler', async () => {
  const { admin } = world.cloud;
  const manage = { Effect: 'Allow' as const, Action: 'scheduler:*', Resource: '*' };
  const pass = (service: string) => ({
    Effect: 'Allow' as const,
    Action: 'iam:PassRole',
    Resource: roleArn('schedules'),
    Condition: { StringEquals: { 'iam:PassedToService': service } },
  });
  const as = (name: string, ...statements: object[]) => {
    admin.putUser({
      accountId: ACME,
      name,
      policies: { p: { Version: '2012-10-17', Statement: statements as never } },
    });
    return new SchedulerClient(world.config(admin.createAccessKey(ACME, name)));
  };
  const off = schedule('passed', { State: 'DISABLED' });
  await assert.rejects(as('no-pass', manage).send(new CreateScheduleCommand(off)), {
    name: 'AccessDeniedException',
    message: /iam:PassRole/,
  });
  const toLambda = as('to-lambda', manage, pass('lambda.amazonaws.com'));
  assert.equal(await errorName(toLambda.send(new CreateScheduleCommand(off))), 'AccessDeniedException');
  await as('operator', manage, pass('scheduler.amazonaws.com')).send(new CreateScheduleCommand(off));
  assert.equal(await errorName(as('no-pass-2', manage).send(new UpdateScheduleCommand(off))), 'AccessDeniedException');
  const ofGroup = { ...manage, Resource: `arn:aws:scheduler:${REGION}:${ACME}:schedule/default/*` };
  const limited = as('of-group', ofGroup);
  assert.equal((await limited.send(new GetScheduleCommand({ Name: 'passed' }))).Name, 'passed');
  assert.equal(
    await errorName(limited.send(new ListSchedulesCommand({ GroupName: 'default' }))),
    'AccessDeniedException',
  );
});
