import {
  DescribeInstanceAttributeCommand,
  type DescribeInstanceAttributeCommandOutput,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeInstanceTypesCommand,
  GetInstanceUefiDataCommand,
  type Instance,
  type InstanceAttributeName,
  type InstanceNetworkInterface,
} from '@aws-sdk/client-ec2';
import { HoldfastError, TenantAccessLost } from '../../core/domain/errors.ts';
import type {
  CpuOptions,
  InstanceSettings,
  MetadataOptions,
  RecordedInterface,
} from '../../core/domain/instance-settings.ts';
import { isBurstable } from '../../core/domain/launch-settings.ts';
import { awsName, required } from './classify.ts';
import type { TenantReach } from './tenant-reach.ts';

/**
 * All settings of an instance. Six calls more than DescribeInstances at most. What may not be read is named, and no
 * error: a backup without it is better than none. Errors: TransientFailure; TenantAccessLost (the account is closed to us).
 */
export const readSettings = async (reach: TenantReach, instance: Instance): Promise<InstanceSettings> => {
  const unreadable: string[] = [];
  const read = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T | undefined> => {
    try {
      return await ask();
    } catch (error) {
      if (!isMissing(error)) throw error;
      unreadable.push(what);
      return undefined;
    }
  };
  const attribute = attributeOf(reach, required(instance.InstanceId, 'InstanceId', 'ec2:DescribeInstances'));
  const [userData, shutdown, termination, stop, cpu, credits, uefiData] = await Promise.all([
    read('the user data', () => attribute('userData')),
    read('what a shutdown from within does', () => attribute('instanceInitiatedShutdownBehavior')),
    read('the termination protection', () => attribute('disableApiTermination')),
    read('the stop protection', () => attribute('disableApiStop')),
    read('the CPU options', () => cpuOptions(reach, instance)),
    read('the CPU credits', () => creditsOf(reach, instance)),
    read('the UEFI variables', () => uefiDataOf(reach, instance)),
  ]);
  const said = {
    metadata: metadataOf(instance),
    hostId: instance.Placement?.HostId,
    affinity: instance.Placement?.Affinity,
    userData: userData?.UserData?.Value || undefined,
    shutdownBehavior: shutdown?.InstanceInitiatedShutdownBehavior?.Value,
    terminationProtection: termination?.DisableApiTermination?.Value,
    stopProtection: stop?.DisableApiStop?.Value,
    cpu,
    credits,
    uefiData,
    unreadable: unreadable.length > 0 ? unreadable.toSorted() : undefined,
  };
  return {
    ebsOptimized: instance.EbsOptimized ?? false,
    monitoring: instance.Monitoring?.State === 'enabled' || instance.Monitoring?.State === 'pending',
    tenancy: instance.Placement?.Tenancy ?? 'default',
    hibernation: instance.HibernationOptions?.Configured ?? false,
    sourceDestCheck: instance.SourceDestCheck ?? true,
    networkInterfaces: (instance.NetworkInterfaces ?? []).map(recorded).toSorted(byIndex),
    ...(Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Defined<typeof said>),
  };
};

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Refused by a policy, or, of this kind of instance, by EC2: nothing else of the account need be wrong. */
const isMissing = (error: unknown): boolean =>
  error instanceof TenantAccessLost
    ? ['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException'].includes(awsName(error.cause))
    : !(error instanceof HoldfastError) && /^(Unsupported|Invalid|IncorrectInstanceState)/.test(awsName(error));

const attributeOf =
  ({ ec2, call }: TenantReach, InstanceId: string) =>
  (Attribute: InstanceAttributeName): Promise<DescribeInstanceAttributeCommandOutput> =>
    call('ec2:DescribeInstanceAttribute', () =>
      ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute })),
    );

const metadataOf = ({ MetadataOptions: options }: Instance): MetadataOptions | undefined =>
  options && {
    endpoint: options.HttpEndpoint ?? 'enabled',
    tokens: options.HttpTokens ?? 'optional',
    hopLimit: options.HttpPutResponseHopLimit ?? 1,
    ipv6: options.HttpProtocolIpv6 ?? 'disabled',
    instanceTags: options.InstanceMetadataTags ?? 'disabled',
  };

const recorded = ({ Attachment, ...card }: InstanceNetworkInterface): RecordedInterface => ({
  networkInterfaceId: card.NetworkInterfaceId ?? '',
  deviceIndex: Attachment?.DeviceIndex ?? 0,
  networkCard: Attachment?.NetworkCardIndex ?? 0,
  type: card.InterfaceType ?? 'interface',
  subnetId: card.SubnetId ?? '',
  securityGroupIds: (card.Groups ?? []).map(({ GroupId }) => GroupId).filter((id) => id !== undefined),
  description: card.Description ?? '',
  deleteOnTermination: Attachment?.DeleteOnTermination ?? false,
  sourceDestCheck: card.SourceDestCheck ?? true,
  privateIps: (card.PrivateIpAddresses ?? [])
    .map(({ PrivateIpAddress }) => PrivateIpAddress)
    .filter((address) => address !== undefined),
});

const byIndex = (a: RecordedInterface, b: RecordedInterface): number =>
  a.networkCard - b.networkCard || a.deviceIndex - b.deviceIndex;

/** EC2 tells them of every instance. T2 and metal types refuse to be told any, even those that they have. */
const cpuOptions = async (
  { ec2, call }: TenantReach,
  { InstanceType, CpuOptions: options }: Instance,
): Promise<CpuOptions | undefined> => {
  const { CoreCount: cores, ThreadsPerCore: threadsPerCore } = options ?? {};
  if (InstanceType === undefined || cores === undefined || threadsPerCore === undefined) return undefined;
  const { InstanceTypes } = await call('ec2:DescribeInstanceTypes', () =>
    ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: [InstanceType] })),
  );
  const own = InstanceTypes?.[0]?.VCpuInfo;
  const isOwn = own?.DefaultCores === cores && own.DefaultThreadsPerCore === threadsPerCore;
  // Types of old say nothing of cores, and have no options.
  return isOwn || own?.DefaultCores === undefined ? undefined : { cores, threadsPerCore };
};

const creditsOf = async (
  { ec2, call }: TenantReach,
  { InstanceId, InstanceType }: Instance,
): Promise<string | undefined> => {
  if (InstanceId === undefined || !isBurstable(InstanceType ?? '')) return undefined;
  const { InstanceCreditSpecifications } = await call('ec2:DescribeInstanceCreditSpecifications', () =>
    ec2.send(new DescribeInstanceCreditSpecificationsCommand({ InstanceIds: [InstanceId] })),
  );
  return InstanceCreditSpecifications?.[0]?.CpuCredits;
};

const uefiDataOf = async (
  { ec2, call }: TenantReach,
  { InstanceId, CurrentInstanceBootMode }: Instance,
): Promise<string | undefined> => {
  if (CurrentInstanceBootMode !== 'uefi') return undefined;
  const { UefiData } = await call('ec2:GetInstanceUefiData', () =>
    ec2.send(new GetInstanceUefiDataCommand({ InstanceId })),
  );
  return UefiData || undefined;
};
