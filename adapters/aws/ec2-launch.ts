import {
  type _InstanceType,
  type BlockDeviceMapping,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type Tenancy,
} from '@aws-sdk/client-ec2';
import { HoldfastError, LaunchFailed } from '../../core/domain/errors.ts';
import type { LaunchRequest, TenantInstances } from '../../core/ports/tenant-instances.ts';
import { awsMessage, awsName, required } from './classify.ts';
import { launchSettings } from './ec2-launch-settings.ts';
import { tagSpecifications } from './ec2-tags.ts';
import type { TenantReach } from './tenant-reach.ts';

export const LAUNCH_REMEDIES: Readonly<Record<string, string>> = {
  InsufficientInstanceCapacity: 'AWS has none of this instance type there now: try later, or another type or zone.',
  InstanceLimitExceeded: 'The account has reached its limit for this kind of instance: ask AWS to raise it.',
  VcpuLimitExceeded: 'The account has reached its vCPU limit for this kind of instance: ask AWS to raise it.',
  'InvalidSubnetID.NotFound': 'The subnet is gone: name another one for the restored instance.',
  'InvalidGroup.NotFound': 'A security group is gone: name others for the restored instance.',
  AttachmentLimitExceeded:
    'The instance type takes fewer network interfaces than the instance had: name a larger type, or another subnet, where only the first is made.',
  'InvalidKeyPair.NotFound': 'The key pair is gone: name another one for the restored instance.',
};

export const createEc2Launch =
  ({ ec2, call }: TenantReach): TenantInstances['launch'] =>
  async (launch) => {
    try {
      const { Instances } = await call('ec2:RunInstances', () => ec2.send(runInstances(launch)));
      return { instanceId: required(Instances?.[0]?.InstanceId, 'InstanceId', 'ec2:RunInstances') };
    } catch (error) {
      if (error instanceof HoldfastError) throw error;
      const remedy = LAUNCH_REMEDIES[awsName(error)];
      throw new LaunchFailed(`ec2:RunInstances: ${awsName(error)} ${awsMessage(error)}`, {
        cause: error,
        ...(remedy === undefined ? {} : { remedy }),
      });
    }
  };

const runInstances = (launch: LaunchRequest): RunInstancesCommand =>
  new RunInstancesCommand({
    ImageId: launch.imageId,
    ClientToken: launch.clientToken,
    InstanceType: launch.instanceType as _InstanceType,
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: tagSpecifications({ instance: launch.instanceTags, volume: launch.volumeTags }),
    ...(launch.keyName === undefined ? {} : { KeyName: launch.keyName }),
    ...(launch.encryption ? { BlockDeviceMappings: encrypted(launch.encryption) } : {}),
    ...(launch.instanceProfileArn === undefined ? {} : { IamInstanceProfile: { Arn: launch.instanceProfileArn } }),
    ...place(launch),
    ...network(launch),
    ...launchSettings(launch.settings ?? {}),
  });

const place = ({ availabilityZone, settings }: LaunchRequest): Pick<RunInstancesCommandInput, 'Placement'> => {
  const tenancy = settings?.tenancy as Tenancy | undefined;
  if (availabilityZone === undefined && tenancy === undefined) return {};
  return {
    Placement: {
      ...(availabilityZone === undefined ? {} : { AvailabilityZone: availabilityZone }),
      ...(tenancy === undefined ? {} : { Tenancy: tenancy }),
    },
  };
};

/** EC2 takes either a subnet and groups for the whole launch, or each interface with its own. */
const network = ({ subnetId, securityGroupIds, settings }: LaunchRequest): Partial<RunInstancesCommandInput> => {
  const further = settings?.furtherInterfaces ?? [];
  const subnet = subnetId === undefined ? {} : { SubnetId: subnetId };
  if (further.length === 0) {
    return { ...subnet, ...(securityGroupIds.length === 0 ? {} : { SecurityGroupIds: [...securityGroupIds] }) };
  }
  const groups = (ids: readonly string[]) => (ids.length === 0 ? {} : { Groups: [...ids] });
  return {
    NetworkInterfaces: [
      { DeviceIndex: 0, ...subnet, ...groups(securityGroupIds), DeleteOnTermination: true },
      ...further.map((each) => ({
        DeviceIndex: each.deviceIndex,
        SubnetId: each.subnetId,
        ...groups(each.securityGroupIds),
        ...(each.description === '' ? {} : { Description: each.description }),
        // One that outlived its instance would be left behind by a restore that failed.
        DeleteOnTermination: true,
      })),
    ],
  };
};

/** The rest of each mapping is the image's. */
const encrypted = ({ devices, kmsKeyId }: NonNullable<LaunchRequest['encryption']>): BlockDeviceMapping[] =>
  devices.map((DeviceName) => ({
    DeviceName,
    Ebs: { Encrypted: true, ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }) },
  }));
