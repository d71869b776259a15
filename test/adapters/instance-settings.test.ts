import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DescribeSubnetsCommand, RunInstancesCommand, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { InstanceSettings } from '../../core/domain/instance-settings.ts';
import { planSettings } from '../../core/domain/launch-settings.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { DescribedInstance } from '../../core/ports/tenant-instances.ts';
import type { TenantAccess, TenantScope } from '../../core/ports/tenant-scope.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { A, aPoint, freshId } from './records.ts';
import { REGION, startWorld, until, type World } from './world.ts';

const USER_DATA = Buffer.from('#!/bin/sh\necho "größer" > /etc/motd\n').toString('base64');

describe('the settings of an instance, with the shipped permissions', () => {
  let world: World;
  const jobId = freshId('job');
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  const open = (access: TenantAccess): Promise<TenantScope> => {
    const settings = clientSettings('own', REGION, world.as('CleanUpRole'));
    return createTenantScopes({
      sts: new STSClient(settings),
      secrets: new SecretsManagerClient(settings),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
    }).open(world.tenants[0], jobId, access);
  };
  const tagsOf = (): Tags => ({ [TAG.job]: jobId, [TAG.operation]: freshId('op') });
  const launch = async (wish: Partial<RunInstancesCommandInput>): Promise<string> => {
    const { Instances } = await world.ec2(0).send(
      new RunInstancesCommand({
        ImageId: SEED_IMAGES.linux,
        InstanceType: 't3.small',
        MinCount: 1,
        MaxCount: 1,
        ...wish,
      }),
    );
    return Instances?.[0]?.InstanceId ?? '';
  };
  const inState = (scope: TenantScope, instanceId: string, state: string): Promise<DescribedInstance | undefined> =>
    until(
      () => scope.instances.describe(instanceId),
      (answer) => answer?.state === state,
    );
  const settingsOf = async (scope: TenantScope, instanceId: string): Promise<InstanceSettings> => {
    const settings = (await scope.instances.describeWhole(instanceId))?.configuration.settings;
    assert.ok(settings);
    return settings;
  };
  const imageOf = async ({ configuration, volumes }: DescribedInstance): Promise<string> => {
    const protect = await open({ to: 'protect' });
    const set = await protect.snapshots.createForInstance(configuration.instanceId, [], tagsOf());
    const ids = set.map(({ snapshotId }) => snapshotId);
    await until(
      () => protect.snapshots.describe(ids),
      (answer) => answer.every(({ state }) => state === 'completed'),
    );
    const { images } = await open({ to: 'restore' });
    const { imageId } = await images.register({
      name: `holdfast-${freshId('job')}`,
      configuration,
      volumes: volumes.map(({ device, volumeId, volumeType }) => ({
        device,
        snapshotId: set.find((each) => each.volumeId === volumeId)?.snapshotId ?? '',
        volumeType,
        deleteOnTermination: true,
      })),
      tags: tagsOf(),
    });
    return imageId;
  };
  const relaunch = async (was: DescribedInstance): Promise<string> => {
    const point = { ...aPoint(A, was.configuration.instanceId, []), instance: was.configuration };
    const plan = planSettings({ target: { kind: 'new-instance' }, point, path: 'image' });
    assert.deepEqual(plan.leavesOut, []);
    const scope = await open({ to: 'restore' });
    const { instanceId } = await scope.instances.launch({
      imageId: await imageOf(was),
      clientToken: freshId('op'),
      instanceType: was.configuration.instanceType,
      subnetId: was.configuration.subnetId ?? '',
      securityGroupIds: was.configuration.securityGroupIds,
      instanceTags: tagsOf(),
      volumeTags: tagsOf(),
      settings: plan.launch,
    });
    await inState(scope, instanceId, 'running');
    await scope.instances.change(instanceId, plan.atTheEnd);
    return instanceId;
  };
  /** What no two instances have in common. */
  const comparable = ({ networkInterfaces, ...settings }: InstanceSettings) => ({
    ...settings,
    networkInterfaces: networkInterfaces.map(
      ({ networkInterfaceId: _id, privateIps: _ips, description, deviceIndex, ...card }) => ({
        ...card,
        deviceIndex,
        description: deviceIndex === 0 ? '' : description,
      }),
    ),
  });

  it('are recorded, launched again, and found as they were', async () => {
    const { Subnets } = await world.ec2(0).send(new DescribeSubnetsCommand({}));
    const SubnetId = Subnets?.[0]?.SubnetId;
    const instanceId = await launch({
      NetworkInterfaces: [
        { DeviceIndex: 0, SubnetId },
        { DeviceIndex: 1, SubnetId, Description: 'to the backup network' },
      ],
      UserData: USER_DATA,
      EbsOptimized: true,
      Monitoring: { Enabled: true },
      Placement: { Tenancy: 'dedicated' },
      DisableApiStop: true,
      DisableApiTermination: true,
      InstanceInitiatedShutdownBehavior: 'terminate',
      CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 },
      CreditSpecification: { CpuCredits: 'standard' },
      MetadataOptions: {
        HttpEndpoint: 'enabled',
        HttpTokens: 'required',
        HttpPutResponseHopLimit: 5,
        HttpProtocolIpv6: 'enabled',
        InstanceMetadataTags: 'enabled',
      },
    });
    const scope = await open({ to: 'protect' });
    await inState(scope, instanceId, 'running');
    const was = await scope.instances.describeWhole(instanceId);
    const settings = was?.configuration.settings;
    assert.ok(was && settings);
    assert.deepEqual(
      [settings.userData, settings.shutdownBehavior, settings.credits],
      [USER_DATA, 'terminate', 'standard'],
    );
    assert.deepEqual([settings.terminationProtection, settings.stopProtection], [true, true]);
    assert.deepEqual([settings.cpu, settings.tenancy], [{ cores: 1, threadsPerCore: 1 }, 'dedicated']);
    assert.equal(settings.metadata?.hopLimit, 5);
    assert.equal(settings.networkInterfaces[1]?.description, 'to the backup network');
    assert.ok(settings.uefiData);
    assert.equal(settings.unreadable, undefined);

    const again = await relaunch(was);
    assert.notEqual(again, instanceId);
    const now = await settingsOf(scope, again);
    assert.deepEqual(comparable(now), comparable(settings));
    for (const address of now.networkInterfaces.flatMap(({ privateIps }) => privateIps))
      assert.ok(!settings.networkInterfaces.some(({ privateIps }) => privateIps.includes(address)), address);

    const cleanUp = await open({ to: 'clean-up' });
    await cleanUp.instances.terminate(again);
    await until(
      () => cleanUp.instances.describe(again),
      (answer) => answer === undefined || answer.state === 'shutting-down',
    );
    await assert.rejects(cleanUp.instances.terminate(instanceId), 'one that is not the job’s keeps its protection');
    assert.equal((await settingsOf(scope, instanceId)).terminationProtection, true);
  });

  it('of an instance that was launched with nothing special are nothing special', async () => {
    const instanceId = await launch({ InstanceType: 'm5.large', ImageId: SEED_IMAGES.windows });
    const scope = await open({ to: 'protect' });
    await inState(scope, instanceId, 'running');
    const { networkInterfaces, metadata, ...rest } = await settingsOf(scope, instanceId);
    assert.equal(networkInterfaces.length, 1);
    assert.equal(metadata?.tokens, 'optional');
    assert.deepEqual(rest, {
      ebsOptimized: false,
      monitoring: false,
      tenancy: 'default',
      hibernation: false,
      sourceDestCheck: true,
      shutdownBehavior: 'stop',
      terminationProtection: false,
      stopProtection: false,
    });
    assert.equal((await scope.instances.describe(instanceId))?.configuration.settings, undefined, 'a look reads none');
    assert.equal(await scope.instances.describeWhole('i-0123456789abcdef0'), undefined);
  });

  it('takes user data to a stopped instance only, and the source/destination check off', async () => {
    const scope = await open({ to: 'restore' });
    const instanceId = await launch({
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: TAG.job, Value: jobId }] }],
    });
    await inState(scope, instanceId, 'running');
    await assert.rejects(scope.instances.change(instanceId, { userData: USER_DATA }), (error: Error) => {
      assert.equal(error.name, 'LaunchFailed');
      assert.ok(!error.message.includes(USER_DATA));
      return true;
    });
    await scope.instances.stop(instanceId);
    await inState(scope, instanceId, 'stopped');
    await scope.instances.change(instanceId, { userData: USER_DATA, sourceDestCheck: false });
    const settings = await settingsOf(await open({ to: 'protect' }), instanceId);
    assert.deepEqual([settings.userData, settings.sourceDestCheck], [USER_DATA, false]);
  });

  it('that may not be read are named, and the rest is recorded', async () => {
    const instanceId = await launch({ UserData: USER_DATA, Monitoring: { Enabled: true } });
    const role = world.cloud.admin.role(world.accounts[0]?.roleArn ?? '');
    assert.ok(role);
    const actions = ['ec2:DescribeInstanceAttribute', 'ec2:GetInstanceUefiData', 'ec2:DescribeInstanceTypes'];
    world.cloud.admin.putRole({
      ...role,
      policies: { ...role.policies, denial: { Statement: { Effect: 'Deny', Action: actions, Resource: '*' } } },
    });
    const scope = await open({ to: 'protect' });
    await inState(scope, instanceId, 'running');
    const settings = await settingsOf(scope, instanceId);
    assert.deepEqual(settings.unreadable, [
      'the CPU options',
      'the UEFI variables',
      'the stop protection',
      'the termination protection',
      'the user data',
      'what a shutdown from within does',
    ]);
    assert.deepEqual([settings.monitoring, settings.credits, settings.userData], [true, 'unlimited', undefined]);
    world.cloud.admin.putRole(role);
    assert.equal((await settingsOf(await open({ to: 'protect' }), instanceId)).unreadable, undefined);
  });
});
