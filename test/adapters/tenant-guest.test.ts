import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import type { TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { freshId } from './records.ts';
import { launchInstance, REGION, startWorld, until, type World } from './world.ts';

describe("guests in tenants' accounts, with the deployment's own roles and the shipped permissions", () => {
  let world: World;
  let scopes: TenantScopes;
  let scope: TenantScope;
  let withoutGuest: TenantScope;
  let instanceId: string;
  const jobId = freshId('job');

  before(async () => {
    world = await startWorld();
    const settings = clientSettings('own', REGION, world.as('CleanUpRole'));
    instanceId = await launchInstance(world.ec2(0), 'guest');
    scopes = createTenantScopes({
      sts: new STSClient(settings),
      secrets: new SecretsManagerClient(settings),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
    });
    scope = await scopes.open(world.tenants[0], jobId, { to: 'protect', instanceId });
    withoutGuest = await scopes.open(world.tenants[0], jobId, { to: 'protect' });
    await until(
      () => scope.instances.describe(instanceId),
      (answer) => answer?.state === 'running',
    );
  });
  after(() => world.stop());

  const guest = async (behaviour: object, id = instanceId): Promise<void> => {
    const answer = await fetch(`${world.cloud.endpoint}/_local/ssm/instances/${id}`, {
      method: 'PUT',
      headers: { 'x-local-control': world.cloud.controlToken },
      body: JSON.stringify(behaviour),
    });
    assert.equal(answer.status, 200, await answer.text());
  };
  const sent = async (): Promise<readonly { parameters: Record<string, string[]>; comment: string }[]> => {
    const headers = { 'x-local-control': world.cloud.controlToken };
    const answer = await fetch(`${world.cloud.endpoint}/_local/ssm/commands?instanceId=${instanceId}`, { headers });
    return ((await answer.json()) as { commands: { parameters: Record<string, string[]>; comment: string }[] })
      .commands;
  };
  const ended = (commandId: string) =>
    until(
      () => scope.guest.result(commandId, instanceId),
      ({ state }) => state !== 'running',
    );

  it('take commands only in the name of a step that is for this very instance', async () => {
    await guest({ agent: true });
    const command = { commands: ['true'] };
    await assert.rejects(withoutGuest.guest.send(instanceId, 'AWS-RunShellScript', command, 60), {
      name: 'TenantAccessLost',
    });
    const other = await launchInstance(world.ec2(0), 'another guest');
    await assert.rejects(scope.guest.send(other, 'AWS-RunShellScript', command, 60), { name: 'TenantAccessLost' });
  });

  it('say that there is no agent, and take no command', async () => {
    await guest({ agent: false });
    assert.deepEqual(await scope.guest.agent(instanceId), { online: false });
    assert.deepEqual(await scope.guest.agent('i-0123456789abcdef0'), { online: false });
    await assert.rejects(scope.guest.send(instanceId, 'AWS-RunShellScript', { commands: ['true'] }, 60), {
      name: 'SnapshotFailed',
      message: /InvalidInstanceId/,
    });
  });

  it('run a command for so long, in the name of the job, and say how it went', async () => {
    await guest({ agent: true, commands: 'succeed', stdout: 'frozen' });
    assert.deepEqual(await scope.guest.agent(instanceId), { online: true, platform: 'Linux' });
    const commands = ['fsfreeze --freeze /data'];
    const { commandId } = await scope.guest.send(instanceId, 'AWS-RunShellScript', { commands }, 45);
    assert.deepEqual(await ended(commandId), { state: 'succeeded', output: 'frozen' });
    const last = (await sent()).at(-1);
    assert.deepEqual(last?.parameters, { commands, executionTimeout: ['45'] });
    assert.equal(last?.comment, `Holdfast ${jobId}`);

    await guest({ commands: 'fail', stdout: '', stderr: 'no such device' });
    const failing = await scope.guest.send(instanceId, 'AWS-RunShellScript', { commands }, 45);
    const failed = await ended(failing.commandId);
    assert.equal(failed.state, 'failed');
    assert.match(failed.output, /^no such device/);
  });

  it('run a command of a machine with Windows', async () => {
    const windows = await launchInstance(world.ec2(0), 'windows guest', SEED_IMAGES.windows);
    const its = await scopes.open(world.tenants[0], jobId, { to: 'protect', instanceId: windows });
    await until(
      () => its.instances.describe(windows),
      (answer) => answer?.state === 'running',
    );
    await guest({ agent: true, commands: 'succeed', stdout: 'frozen' }, windows);
    assert.deepEqual(await its.guest.agent(windows), { online: true, platform: 'Windows' });
    const { commandId } = await its.guest.send(windows, 'AWS-RunPowerShellScript', { commands: ['exit 0'] }, 45);
    const { state } = await until(
      () => its.guest.result(commandId, windows),
      (result) => result.state !== 'running',
    );
    assert.equal(state, 'succeeded');
  });

  it('fail a command that does not end in its time, in words', async () => {
    await guest({ commands: 'hang', stderr: '' });
    const { commandId } = await scope.guest.send(instanceId, 'AWS-RunShellScript', { commands: ['sleep 9'] }, 1);
    const { state, output } = await ended(commandId);
    assert.equal(state, 'failed');
    assert.match(output, /Timed ?Out/i);
  });

  it('take no document but those that a freeze needs, and none of another tenant', async () => {
    await guest({ agent: true, commands: 'succeed' });
    await assert.rejects(scope.guest.send(instanceId, 'AWS-ConfigureDocker', {}, 60), { name: 'TenantAccessLost' });
    const foreign = await launchInstance(world.ec2(1), 'foreign');
    await assert.rejects(scope.guest.send(foreign, 'AWS-RunShellScript', { commands: ['true'] }, 60), {
      name: 'TenantAccessLost',
    });
  });
});
