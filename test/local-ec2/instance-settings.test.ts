import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  DescribeInstanceCreditSpecificationsCommand,
  DescribeInstanceTypesCommand,
  DescribeSubnetsCommand,
  GetInstanceUefiDataCommand,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { startTestCloud, type TestCloud } from './cloud.ts';
import { inState, instance, newInstance } from './instances.ts';

let t: TestCloud;
before(async () => {
  t = await startTestCloud();
});
after(() => t.stop());

const subnets = async (): Promise<string[]> => {
  const { Subnets = [] } = await t.ec2().send(new DescribeSubnetsCommand({}));
  return Subnets.map(({ SubnetId = '' }) => SubnetId);
};
const refused = (wish: Partial<RunInstancesCommandInput>, name: string): Promise<void> =>
  assert.rejects(
    t.ec2().send(
      new RunInstancesCommand({
        ImageId: SEED_IMAGES.linux,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        ...wish,
      }),
    ),
    { name },
  );

test('an instance has as many network interfaces as it was launched with, each with an address of its own', async () => {
  const [first = '', second = ''] = await subnets();
  const id = await newInstance(t, {
    NetworkInterfaces: [
      { DeviceIndex: 2, SubnetId: first, Description: 'backup' },
      { DeviceIndex: 0, SubnetId: first, Description: 'front' },
      { DeviceIndex: 1, SubnetId: first },
    ],
  });
  const { NetworkInterfaces = [], PrivateIpAddress, SubnetId } = await instance(t, id);
  assert.deepEqual(
    NetworkInterfaces.map(({ Attachment, Description }) => [Attachment?.DeviceIndex, Description]),
    [
      [0, 'front'],
      [1, ''],
      [2, 'backup'],
    ],
  );
  assert.deepEqual(
    [NetworkInterfaces[0]?.PrivateIpAddress, NetworkInterfaces[0]?.SubnetId],
    [PrivateIpAddress, SubnetId],
  );
  const addresses = NetworkInterfaces.map((card) => card.PrivateIpAddress);
  assert.equal(new Set(addresses).size, 3);

  await refused(
    {
      NetworkInterfaces: [
        { DeviceIndex: 0, SubnetId: first },
        { DeviceIndex: 1, SubnetId: first, PrivateIpAddress: addresses[2] },
      ],
    },
    'InvalidIPAddress.InUse',
  );
  await refused({ NetworkInterfaces: [{ DeviceIndex: 0 }, { DeviceIndex: 0 }] }, 'InvalidParameterValue');
  await refused({ NetworkInterfaces: [{ DeviceIndex: 1 }] }, 'InvalidParameterCombination');
  await refused(
    {
      NetworkInterfaces: [
        { DeviceIndex: 0, SubnetId: first },
        { DeviceIndex: 1, SubnetId: second },
      ],
    },
    'InvalidParameterValue',
  );
  const off = { InstanceId: id, SourceDestCheck: { Value: false } };
  await assert.rejects(t.ec2().send(new ModifyInstanceAttributeCommand(off)), { name: 'InvalidInstanceID' });

  await t.ec2().send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  await inState(t, id, 'terminated');
  assert.deepEqual((await instance(t, id)).NetworkInterfaces, []);
  const next = await newInstance(t, { SubnetId: first, PrivateIpAddress: addresses[2] });
  assert.equal((await instance(t, next)).PrivateIpAddress, addresses[2], 'the addresses are free again');
});

test('CPU options are those of the launch, or of the type; a type that takes none refuses them', async () => {
  const { InstanceTypes } = await t.ec2().send(new DescribeInstanceTypesCommand({ InstanceTypes: ['m5.xlarge'] }));
  const cpu = InstanceTypes?.[0]?.VCpuInfo;
  assert.deepEqual([cpu?.DefaultCores, cpu?.DefaultThreadsPerCore, cpu?.ValidCores], [2, 2, [1, 2]]);
  const CpuOptions = { CoreCount: 1, ThreadsPerCore: 1 };
  const told = await newInstance(t, { InstanceType: 'm5.xlarge', CpuOptions });
  assert.deepEqual((await instance(t, told)).CpuOptions, CpuOptions);
  const untold = await newInstance(t, { InstanceType: 'm5.xlarge' });
  assert.deepEqual((await instance(t, untold)).CpuOptions, { CoreCount: 2, ThreadsPerCore: 2 });
  await refused({ CpuOptions: { CoreCount: 1 } }, 'MissingParameter');
  await refused({ CpuOptions: { CoreCount: 9, ThreadsPerCore: 1 } }, 'InvalidParameterValue');
});

test('credits are of burstable types only', async () => {
  const ec2 = t.ec2();
  const ids = [await newInstance(t), await newInstance(t, { CreditSpecification: { CpuCredits: 'standard' } })];
  const { InstanceCreditSpecifications } = await ec2.send(
    new DescribeInstanceCreditSpecificationsCommand({ InstanceIds: ids }),
  );
  assert.deepEqual(
    InstanceCreditSpecifications?.map(({ CpuCredits }) => CpuCredits),
    ['unlimited', 'standard'],
  );
  await refused(
    { InstanceType: 'm5.large', CreditSpecification: { CpuCredits: 'standard' } },
    'InstanceCreditSpecification.NotSupported',
  );
});

test('hibernation needs an encrypted root', async () => {
  const HibernationOptions = { Configured: true };
  await refused({ HibernationOptions }, 'UnsupportedHibernationConfiguration');
  const BlockDeviceMappings = [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true } }];
  const id = await newInstance(t, { HibernationOptions, BlockDeviceMappings });
  assert.equal((await instance(t, id)).HibernationOptions?.Configured, true);
});

test('only an instance that boots by UEFI has UEFI variables, and each has its own', async () => {
  const ec2 = t.ec2();
  const of = async (InstanceId: string) => (await ec2.send(new GetInstanceUefiDataCommand({ InstanceId }))).UefiData;
  const [one, other] = [await newInstance(t), await newInstance(t)];
  assert.ok(await of(one));
  assert.notEqual(await of(one), await of(other));
  const old = await newInstance(t, { ImageId: SEED_IMAGES.windows });
  await assert.rejects(of(old), { name: 'UnsupportedOperation' });
});
