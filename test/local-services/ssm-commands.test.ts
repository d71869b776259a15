import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateSnapshotsCommand, CreateTagsCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CancelCommandCommand,
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import type { PolicyStatement } from '../../local/kernel/service.ts';
import { createSsm } from '../../local/ssm/service.ts';
import { PROVIDER, REGION, startTestCloud, TENANT, type TestCloud, until } from '../local-ec2/cloud.ts';
import { inState, newInstance } from '../local-ec2/instances.ts';

const SHELL = 'AWS-RunShellScript';
const UNKNOWN = '00000000-0000-0000-0000-000000000000';
const EC2_TRUST = {
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
} as const;

let t: TestCloud;
let instanceId: string;
let users = 0;
const clients: SSMClient[] = [];

before(async () => {
  t = await startTestCloud([createSsm]);
  t.cloud.admin.putRole({ accountId: TENANT, name: 'managed', trustPolicy: EC2_TRUST });
  instanceId = await newInstance(t, { IamInstanceProfile: { Name: 'managed' } });
});
after(async () => {
  for (const client of clients) client.destroy();
  await t.stop();
});

const connect = (credentials: { accessKeyId: string; secretAccessKey: string }, region = REGION): SSMClient => {
  const client = new SSMClient({ endpoint: t.cloud.endpoint, region, credentials, maxAttempts: 1 });
  clients.push(client);
  return client;
};
const root = (account = TENANT, region = REGION): SSMClient => connect(t.cloud.admin.rootAccessKey(account), region);
const as = (...Statement: PolicyStatement[]): SSMClient => {
  const name = `user-${++users}`;
  t.cloud.admin.putUser({ accountId: TENANT, name, policies: { p: { Version: '2012-10-17', Statement } } });
  return connect(t.cloud.admin.createAccessKey(TENANT, name));
};

const guest = (id: string, behaviour: unknown) =>
  t.control('PUT', `/ssm/instances/${id}`, Buffer.from(JSON.stringify(behaviour)));

const shell = (commands: string[], id = instanceId, more: Record<string, string[]> = {}) =>
  new SendCommandCommand({ DocumentName: SHELL, InstanceIds: [id], Parameters: { commands, ...more }, Comment: 'why' });

const send = async (ssm: SSMClient, command: SendCommandCommand): Promise<string> =>
  (await ssm.send(command)).Command?.CommandId ?? '';

const ask = (ssm: SSMClient, CommandId: string, id = instanceId) =>
  ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId: id }));

const ended = (ssm: SSMClient, id: string, on = instanceId) =>
  until(async () => {
    const invocation = await ask(ssm, id, on);
    return invocation.Status !== 'Pending' && invocation.Status !== 'InProgress' && invocation;
  });

test('a command is pending, then in progress, then has succeeded, and says what it printed', async () => {
  const ssm = root();
  await guest(instanceId, { stdout: 'frozen\n' });
  await t.control('PUT', '/ssm/settings', Buffer.from('{"deliveryMs":100,"commandMs":200}'));
  const id = await send(ssm, shell(['fsfreeze -f /data']));
  const first = await ask(ssm, id);
  assert.deepEqual(
    [first.Status, first.ResponseCode, first.StandardOutputContent, first.ExecutionStartDateTime],
    ['Pending', -1, '', ''],
  );
  await until(async () => (await ask(ssm, id)).Status === 'InProgress');
  const last = await ended(ssm, id);
  assert.deepEqual(
    [last.Status, last.StatusDetails, last.ResponseCode, last.StandardOutputContent, last.Comment, last.PluginName],
    ['Success', 'Success', 0, 'frozen\n', 'why', 'aws:runShellScript'],
  );
  assert.ok(Date.parse(last.ExecutionEndDateTime ?? '') - Date.parse(last.ExecutionStartDateTime ?? '') >= 190);
  await t.control('PUT', '/ssm/settings', Buffer.from('{"deliveryMs":5,"commandMs":5}'));
});

test('a script that is told to fail fails, and another on the same instance does not', async () => {
  const ssm = root();
  await guest(instanceId, { scripts: [{ contains: 'unfreeze', outcome: 'fail' }], exitCode: 3, stdout: '' });
  assert.equal((await ended(ssm, await send(ssm, shell(['echo freeze'])))).Status, 'Success');
  const bad = await ended(ssm, await send(ssm, shell(['set -e', 'unfreeze'])));
  assert.deepEqual([bad.Status, bad.ResponseCode], ['Failed', 3]);
  assert.match(bad.StandardErrorContent ?? '', /exit status 3/);
  await guest(instanceId, { scripts: [] });
});

test('a hanging command is cancelled, or ends when its own time is over', async () => {
  const ssm = root();
  await guest(instanceId, { commands: 'hang' });
  const cancelled = await send(ssm, shell(['sleep 1d']));
  await until(async () => (await ask(ssm, cancelled)).Status === 'InProgress');
  await ssm.send(new CancelCommandCommand({ CommandId: cancelled }));
  assert.equal((await ask(ssm, cancelled)).Status, 'Cancelled');
  const late = await ended(ssm, await send(ssm, shell(['sleep 1d'], instanceId, { executionTimeout: ['1'] })));
  assert.deepEqual([late.Status, late.StatusDetails], ['TimedOut', 'Execution Timed Out']);
  await guest(instanceId, { commands: 'succeed' });
  const cancel = ssm.send(new CancelCommandCommand({ CommandId: UNKNOWN }));
  await assert.rejects(cancel, { name: 'InvalidCommandId' });
});

test('an instance without agent, stopped, foreign or unknown is answered for alike', async () => {
  const ssm = root();
  const refused = { name: 'InvalidInstanceId', message: /not in a valid state for account 222222222222/ };
  const bare = await newInstance(t);
  await assert.rejects(ssm.send(shell(['id'], bare)), refused, 'no profile, no agent');
  await guest(bare, { agent: true });
  assert.equal((await ended(ssm, await send(ssm, shell(['id'], bare)), bare)).Status, 'Success');
  await t.ec2().send(new StopInstancesCommand({ InstanceIds: [bare] }));
  await inState(t, bare, 'stopped');
  await assert.rejects(ssm.send(shell(['id'], bare)), refused);
  await assert.rejects(ssm.send(shell(['id'], 'i-00000000000000000')), refused);
  const foreign = root(PROVIDER).send(shell(['id']));
  await assert.rejects(foreign, {
    name: 'InvalidInstanceId',
    message: /not in a valid state for account 111111111111/,
  });
  await assert.rejects(root(TENANT, 'us-west-2').send(shell(['id'])), refused, 'another region');
  await assert.rejects(ask(ssm, UNKNOWN), { name: 'InvocationDoesNotExist' });
});

test('only instances with an agent show, those that do not run as lost, and foreign ones never', async () => {
  const list = async (ssm: SSMClient, InstanceIds: string[]) => {
    const Filters = [{ Key: 'InstanceIds', Values: InstanceIds }];
    const { InstanceInformationList } = await ssm.send(new DescribeInstanceInformationCommand({ Filters }));
    return InstanceInformationList?.map(({ InstanceId, PingStatus, PlatformType }) => [
      InstanceId,
      PingStatus,
      PlatformType,
    ]);
  };
  const bare = await newInstance(t);
  const windows = await newInstance(t, {
    ImageId: SEED_IMAGES.windows,
    IamInstanceProfile: { Name: 'managed' },
  });
  const all = [bare, windows, instanceId];
  const sorted = (rows: unknown) => (rows as string[][]).map(String).sort();
  assert.deepEqual(
    sorted(await list(root(), all)),
    sorted([
      [windows, 'Online', 'Windows'],
      [instanceId, 'Online', 'Linux'],
    ]),
  );
  await t.ec2().send(new StopInstancesCommand({ InstanceIds: [windows] }));
  await inState(t, windows, 'stopped');
  assert.deepEqual(await list(root(), [windows]), [[windows, 'ConnectionLost', 'Windows']]);
  assert.deepEqual(await list(root(PROVIDER), all), []);
  await guest(instanceId, { agent: false });
  assert.deepEqual(await list(root(), [instanceId]), []);
  await guest(instanceId, { agent: true });
});

test('documents, their parameters and platforms are checked', async () => {
  const ssm = root();
  const say = (DocumentName: string, Parameters: Record<string, string[]>) =>
    ssm.send(new SendCommandCommand({ DocumentName, InstanceIds: [instanceId], Parameters }));
  await assert.rejects(say('My-Document', {}), { name: 'InvalidDocument' });
  await assert.rejects(say(SHELL, {}), { name: 'InvalidParameters' });
  await assert.rejects(say(SHELL, { commands: ['a'], shell: ['zsh'] }), { name: 'InvalidParameters' });
  await assert.rejects(say('AWSEC2-CreateVssSnapshot', {}), { name: 'UnsupportedPlatformType' });
});

test('sending needs the document and the instance, which a tag can choose', async () => {
  const document: PolicyStatement = {
    Effect: 'Allow',
    Action: 'ssm:SendCommand',
    Resource: `arn:aws:ssm:*::document/${SHELL}`,
  };
  const instances = (key: string): PolicyStatement => ({
    Effect: 'Allow',
    Action: 'ssm:SendCommand',
    Resource: `arn:aws:ec2:*:${TENANT}:instance/*`,
    Condition: { StringEquals: { [key]: 'yes' } },
  });
  const read: PolicyStatement = { Effect: 'Allow', Action: 'ssm:GetCommandInvocation', Resource: '*' };
  const denied = { name: 'AccessDeniedException' };
  for (const key of ['aws:ResourceTag/backup', 'ssm:resourceTag/backup']) {
    await assert.rejects(as(document, instances(key)).send(shell(['id'])), denied, 'not tagged');
  }
  const Tags = [{ Key: 'backup', Value: 'yes' }];
  await t.ec2().send(new CreateTagsCommand({ Resources: [instanceId], Tags }));
  for (const key of ['aws:ResourceTag/backup', 'ssm:resourceTag/backup']) {
    const ssm = as(document, instances(key), read);
    assert.equal((await ended(ssm, await send(ssm, shell(['id'])))).Status, 'Success');
    await assert.rejects(as(instances(key)).send(shell(['id'])), denied, 'no document');
    await assert.rejects(as(document).send(shell(['id'])), denied, 'no instance');
    const other = as(document, instances(key));
    const powershell = new SendCommandCommand({
      DocumentName: 'AWS-RunPowerShellScript',
      InstanceIds: [instanceId],
      Parameters: { commands: ['id'] },
    });
    await assert.rejects(other.send(powershell), denied, 'another document');
    await assert.rejects(ask(other, await send(other, shell(['id']))), denied, 'reading is apart');
  }
});

test('who tries it out sees in which order commands ran and snapshots were taken', async () => {
  const ssm = root();
  const since = t.cloud.trail.mark();
  const pre = await send(ssm, shell(['freeze'], instanceId));
  await ended(ssm, pre);
  await t.ec2().send(new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId: instanceId } }));
  const post = await send(ssm, shell(['thaw'], instanceId));
  await ended(ssm, post);
  const { commands } = JSON.parse(String(await t.control('GET', `/ssm/commands?instanceId=${instanceId}`)));
  const [before, then] = commands.slice(-2);
  assert.deepEqual([before.commandId, then.commandId], [pre, post]);
  assert.deepEqual(before.parameters.commands, ['freeze']);
  const [taken] = await t.cloud.trail.records({ since, eventName: 'CreateSnapshots' });
  const takenAt = Date.parse(taken?.eventTime ?? '');
  assert.ok(before.endedAt <= takenAt && takenAt <= then.startedAt, `${before.endedAt} ${takenAt} ${then.startedAt}`);
  const [sent] = await t.cloud.trail.records({ since, eventName: 'SendCommand' });
  assert.doesNotMatch(JSON.stringify(sent), /freeze/, 'the trail has no parameters of scripts');
});

test('a command goes on after the cloud was stopped and started', async () => {
  const ssm = root();
  await t.control('PUT', '/ssm/settings', Buffer.from('{"deliveryMs":1000}'));
  const id = await send(ssm, shell(['id']));
  assert.equal((await ask(ssm, id)).Status, 'Pending');
  await t.restart();
  const again = root();
  assert.equal((await ended(again, id)).Status, 'Success');
});
