import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { createEc2 } from '../../local/ec2/service.ts';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { createSsm } from '../../local/ssm/service.ts';
import { ACME, REGION, startTwoAccounts } from './two-accounts.ts';

test('a command that no agent takes times out after TimeoutSeconds; one that is taken, after its own', async (context) => {
  const clock = new VirtualClock();
  const t = await startTwoAccounts([createEc2, createSsm], clock);
  context.after(() => t.close());
  const root = t.root(ACME);
  const call = async <T>(service: string, operation: string, input: unknown): Promise<T> =>
    (await t.cloud.kernel.call(root, REGION, service, operation, input)) as T;
  const launched = await call<{ instancesSet: { item: { instanceId: string }[] } }>('ec2', 'RunInstances', {
    ImageId: SEED_IMAGES.linux,
    InstanceType: 't3.micro',
    MinCount: '1',
    MaxCount: '1',
  });
  await clock.advance(1_000);
  const InstanceId = launched.instancesSet.item[0]?.instanceId ?? '';
  const behave = async (behaviour: unknown): Promise<void> => {
    const response = await fetch(`${t.cloud.endpoint}/_local/ssm/instances/${InstanceId}`, {
      method: 'PUT',
      headers: { 'x-local-control': t.cloud.controlToken },
      body: JSON.stringify(behaviour),
    });
    assert.equal(response.status, 200, await response.text());
  };
  const send = async (): Promise<string> => {
    const { Command } = await call<{ Command: { CommandId: string } }>('ssm', 'SendCommand', {
      InstanceIds: [InstanceId],
      DocumentName: 'AWS-RunShellScript',
      Parameters: { commands: ['id'], executionTimeout: ['600'] },
      TimeoutSeconds: 60,
    });
    return Command.CommandId;
  };
  const status = async (CommandId: string): Promise<unknown[]> => {
    const it = await call<Record<string, unknown>>('ssm', 'GetCommandInvocation', { CommandId, InstanceId });
    return [it.Status, it.StatusDetails, it.ResponseCode];
  };

  await behave({ agent: true, commands: 'unreachable' });
  const lost = await send();
  await clock.advance(59_000);
  assert.deepEqual(await status(lost), ['Pending', 'Pending', -1]);
  await clock.advance(1_000);
  assert.deepEqual(await status(lost), ['TimedOut', 'Delivery Timed Out', -1]);

  // An agent that comes back in time takes it.
  const waiting = await send();
  await clock.advance(30_000);
  await behave({ commands: 'succeed' });
  await clock.advance(10_000);
  assert.deepEqual(await status(waiting), ['Success', 'Success', 0]);

  await behave({ commands: 'hang' });
  const hanging = await send();
  await clock.advance(599_000);
  assert.deepEqual(await status(hanging), ['InProgress', 'In Progress', -1]);
  await clock.advance(2_000);
  assert.deepEqual(await status(hanging), ['TimedOut', 'Execution Timed Out', -1]);

  // An instance that goes down in the middle of a command says nothing any more.
  await behave({ commands: 'succeed' });
  const cut = await send();
  await clock.advance(30);
  await call('ec2', 'StopInstances', { InstanceId: [InstanceId] });
  await clock.advance(5_000);
  assert.deepEqual(await status(cut), ['InProgress', 'In Progress', -1]);
  await clock.advance(600_000);
  assert.deepEqual(await status(cut), ['TimedOut', 'Execution Timed Out', -1]);
});
