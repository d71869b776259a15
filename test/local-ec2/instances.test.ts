import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceTypesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  ModifyInstanceAttributeCommand,
  RegisterImageCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import type { LocalEvent } from '../../local/kernel/service.ts';
import { newSnapshot, newVolume, PROVIDER, startTestCloud, type TestCloud, until } from './cloud.ts';
import { inState, instance, newInstance } from './instances.ts';

let t: TestCloud;
const events: LocalEvent[] = [];
before(async () => {
  t = await startTestCloud();
  t.cloud.kernel.onEvent((event) => events.push(event));
});
after(() => t.stop());

test('an instance runs, stops, starts and ends; its root goes with it, a kept volume stays', async () => {
  const ec2 = t.ec2();
  const id = await newInstance(t, {
    BlockDeviceMappings: [
      { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 2, VolumeType: 'gp3', DeleteOnTermination: false } },
      { DeviceName: '/dev/sdg', Ebs: { VolumeSize: 1 } },
    ],
    TagSpecifications: [
      { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] },
      { ResourceType: 'volume', Tags: [{ Key: 'of', Value: 'web' }] },
    ],
    UserData: Buffer.from('#!/bin/sh').toString('base64'),
    MetadataOptions: { HttpTokens: 'required' },
  });
  const running = await instance(t, id);
  assert.equal(running.RootDeviceName, '/dev/xvda');
  assert.deepEqual(
    running.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.Status, Ebs?.DeleteOnTermination]),
    [
      ['/dev/sdf', 'attached', false],
      ['/dev/sdg', 'attached', true],
      ['/dev/xvda', 'attached', true],
    ],
  );
  assert.deepEqual(running.Tags, [{ Key: 'Name', Value: 'web' }]);
  assert.equal(running.PlatformDetails, 'Linux/UNIX');
  assert.equal(running.MetadataOptions?.HttpTokens, 'required');
  assert.equal(running.Architecture, 'x86_64');
  assert.equal(running.EnaSupport, true);
  const data = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'userData' }));
  assert.equal(Buffer.from(data.UserData?.Value ?? '', 'base64').toString(), '#!/bin/sh');

  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await inState(t, id, 'stopped');
  await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await inState(t, id, 'running');
  await ec2.send(
    new ModifyInstanceAttributeCommand({
      InstanceId: id,
      BlockDeviceMappings: [{ DeviceName: '/dev/sdg', Ebs: { DeleteOnTermination: false } }],
    }),
  );
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  await inState(t, id, 'terminated');
  const { Volumes } = await until(async () => {
    const left = await ec2.send(new DescribeVolumesCommand({ Filters: [{ Name: 'tag:of', Values: ['web'] }] }));
    return left.Volumes?.length === 2 && left;
  });
  assert.deepEqual(
    Volumes?.map(({ State }) => State),
    ['available', 'available'],
  );
  assert.deepEqual(
    events.filter(({ detail }) => detail['instance-id'] === id).map(({ detail }) => detail.state),
    ['pending', 'running', 'stopping', 'stopped', 'pending', 'running', 'shutting-down', 'terminated'],
  );
});

test('one client token launches one instance', async () => {
  const wish = {
    ImageId: SEED_IMAGES.linux,
    InstanceType: 't3.micro' as const,
    MinCount: 1,
    MaxCount: 1,
    ClientToken: 'x',
  };
  const ec2 = t.ec2();
  const both = await Promise.all([1, 2].map(() => ec2.send(new RunInstancesCommand(wish))));
  assert.equal(both[0]?.Instances?.[0]?.InstanceId, both[1]?.Instances?.[0]?.InstanceId);
});

test('an image keeps its snapshots from being deleted, and instances of it have their data', async () => {
  const ec2 = t.ec2();
  const source = await newVolume(ec2);
  await t.control('PUT', `/volumes/${source}/data?offset=1000`, Buffer.from('boot'));
  const snapshot = await newSnapshot(ec2, source);
  const wish = {
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshot, VolumeType: 'gp3' as const } }],
    VirtualizationType: 'hvm',
  };
  const bare = await ec2.send(new RegisterImageCommand({ Name: 'bare', ...wish }));
  const { Images: [shown] = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [bare.ImageId ?? ''] }));
  assert.equal(shown?.Architecture, 'i386', "EC2's default, and a trap");
  const full = await ec2.send(
    new RegisterImageCommand({ Name: 'full', ...wish, Architecture: 'x86_64', EnaSupport: true, BootMode: 'uefi' }),
  );
  await assert.rejects(ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshot })), {
    name: 'InvalidSnapshot.InUse',
  });
  await assert.rejects(newInstance(t, { ImageId: bare.ImageId }), { name: 'InvalidParameterValue' });
  const id = await newInstance(t, { ImageId: full.ImageId });
  const root = (await instance(t, id)).BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
  assert.equal((await t.control('GET', `/volumes/${root}/data?offset=1000&length=4`)).toString(), 'boot');
  const foreign = t.ec2(PROVIDER).send(new DescribeImagesCommand({ ImageIds: [full.ImageId ?? ''] }));
  await assert.rejects(foreign, { name: 'InvalidAMIID.NotFound' });
  for (const { ImageId } of [bare, full]) await ec2.send(new DeregisterImageCommand({ ImageId }));
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }));
});

test('an image of a licensed platform is recognised by its snapshot, one written from outside is not', async () => {
  const ec2 = t.ec2();
  const id = await newInstance(t, { ImageId: SEED_IMAGES.windows });
  const windows = await instance(t, id);
  assert.equal(windows.PlatformDetails, 'Windows');
  assert.equal(windows.Platform, 'windows');
  const root = windows.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
  const register = async (SnapshotId: string, Name: string) => {
    const mapping = { DeviceName: '/dev/sda1', Ebs: { SnapshotId } };
    const { ImageId = '' } = await ec2.send(
      new RegisterImageCommand({
        Name,
        RootDeviceName: '/dev/sda1',
        BlockDeviceMappings: [mapping],
        Architecture: 'x86_64',
      }),
    );
    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
    return Images?.[0]?.PlatformDetails;
  };
  assert.equal(await register(await newSnapshot(ec2, root), 'from-volume'), 'Windows');
  assert.equal(await register(await newSnapshot(ec2, await newVolume(ec2)), 'from-elsewhere'), 'Linux/UNIX');
});

test('every account has a default network, and the usual instance types are known', async () => {
  const ec2 = t.ec2();
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  assert.equal(Subnets?.length, 3);
  const foreign = (await t.ec2(PROVIDER).send(new DescribeSubnetsCommand({}))).Subnets?.[0]?.SubnetId ?? '';
  const asked = ec2.send(new DescribeSubnetsCommand({ SubnetIds: [foreign] }));
  await assert.rejects(asked, { name: 'InvalidSubnetID.NotFound' });
  await assert.rejects(newInstance(t, { SubnetId: foreign }), { name: 'InvalidSubnetID.NotFound' });
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  assert.equal(SecurityGroups?.[0]?.GroupName, 'default');
  const { InstanceTypes } = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['c6gn.large'] }));
  assert.deepEqual(InstanceTypes?.[0]?.ProcessorInfo?.SupportedArchitectures, ['arm64']);
});
