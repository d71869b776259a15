import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import type { NetworkWish } from './instance-launch.ts';
import { blockDeviceMappings, bool, int, tagSpecifications, text, texts } from './schema.ts';
import { type Tags, tagsFor } from './tags.ts';

const one = int.refine((count) => count === 1, 'must be 1 in the local cloud');
const TAGGABLE = ['instance', 'volume', 'network-interface'];

/** What a launch is made of: a request may name all of it, and a launch template may. */
export const launchShape = {
  ImageId: text.optional(),
  InstanceType: text.optional(),
  SecurityGroupId: texts.optional(),
  SecurityGroup: texts.optional(),
  NetworkInterface: z
    .array(
      z.strictObject({
        DeviceIndex: int,
        SubnetId: text.optional(),
        SecurityGroupId: texts.optional(),
        PrivateIpAddress: text.optional(),
        AssociatePublicIpAddress: bool.optional(),
        DeleteOnTermination: bool.optional(),
        Description: text.optional(),
      }),
    )
    .nonempty()
    .optional(),
  KeyName: text.optional(),
  IamInstanceProfile: z.strictObject({ Arn: text.optional(), Name: text.optional() }).optional(),
  BlockDeviceMapping: blockDeviceMappings.optional(),
  TagSpecification: tagSpecifications.optional(),
  Placement: z
    .strictObject({ AvailabilityZone: text.optional(), Tenancy: z.enum(['default', 'dedicated', 'host']).optional() })
    .optional(),
  UserData: text.optional(),
  EbsOptimized: bool.optional(),
  Monitoring: z.strictObject({ Enabled: bool }).optional(),
  DisableApiTermination: bool.optional(),
  DisableApiStop: bool.optional(),
  InstanceInitiatedShutdownBehavior: z.enum(['stop', 'terminate']).optional(),
  CpuOptions: z.strictObject({ CoreCount: int.optional(), ThreadsPerCore: int.optional() }).optional(),
  CreditSpecification: z.strictObject({ CpuCredits: z.enum(['standard', 'unlimited']) }).optional(),
  HibernationOptions: z.strictObject({ Configured: bool }).optional(),
  MetadataOptions: z
    .strictObject({
      HttpTokens: z.enum(['optional', 'required']).optional(),
      HttpPutResponseHopLimit: int.optional(),
      HttpEndpoint: z.enum(['enabled', 'disabled']).optional(),
      HttpProtocolIpv6: z.enum(['enabled', 'disabled']).optional(),
      InstanceMetadataTags: z.enum(['enabled', 'disabled']).optional(),
    })
    .optional(),
};

export const runInstancesShape = {
  ...launchShape,
  MinCount: one,
  MaxCount: one,
  SubnetId: text.optional(),
  PrivateIpAddress: text.optional(),
  ClientToken: text.max(64).optional(),
  LaunchTemplate: z
    .strictObject({
      LaunchTemplateId: text.optional(),
      LaunchTemplateName: text.optional(),
      Version: text.optional(),
    })
    .optional(),
};

/** As it was sent: a launch template may add to it (launch-template-merge.ts). */
export type RunInstancesRequest = z.output<z.ZodObject<typeof runInstancesShape>>;

export type RunInstancesInput = RunInstancesRequest & { readonly ImageId: string; readonly InstanceType: string };

export const networkWish = (input: RunInstancesInput): NetworkWish => {
  const card = (input.NetworkInterface ?? []).find(({ DeviceIndex }) => DeviceIndex === 0);
  if (input.NetworkInterface && (input.SubnetId || input.SecurityGroupId || input.PrivateIpAddress)) {
    const what = 'Network interfaces and an instance-level subnet ID may not be specified on the same request';
    throw new AwsError('InvalidParameterCombination', what);
  }
  if (input.NetworkInterface && !card)
    throw new AwsError('InvalidParameterCombination', 'An interface with device index 0 is required.');
  return {
    subnetId: card?.SubnetId ?? input.SubnetId,
    zone: input.Placement?.AvailabilityZone,
    securityGroupIds: card?.SecurityGroupId ?? input.SecurityGroupId,
    securityGroups: input.SecurityGroup,
    privateIp: card?.PrivateIpAddress ?? input.PrivateIpAddress,
  };
};

export const profileArn = (
  call: Call,
  { Arn, Name }: { Arn?: string | undefined; Name?: string | undefined },
): string => {
  if ((Arn === undefined) === (Name === undefined))
    throw new AwsError('InvalidParameterCombination', 'An instance profile is named by Arn or by Name.');
  return Arn ?? `arn:aws:iam::${call.accountId}:instance-profile/${Name}`;
};

/** Tags that a launch gives to its resources of a type. Auto Scaling marks what it launches with tags of `aws:`. */
export const launchTags = (call: Call, input: RunInstancesInput, type: string): Tags => {
  const reserved: Record<string, string> = {};
  const byAutoScaling = call.principal.viaService === 'autoscaling';
  const specifications = (input.TagSpecification ?? []).map(({ ResourceType, Tag = [] }) => ({
    ResourceType,
    Tag: Tag.filter(({ Key, Value = '' }) => {
      if (!byAutoScaling || !Key.startsWith('aws:autoscaling:')) return true;
      if (ResourceType === type) reserved[Key] = Value;
      return false;
    }),
  }));
  return { ...tagsFor(specifications, type, TAGGABLE), ...reserved };
};

const MOST_USER_DATA_BYTES = 16_384;

/** User data comes in base64. Throws as EC2 does on what is not, or is too long. */
export const checkUserData = (userData: string | undefined): void => {
  if (userData === undefined) return;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(userData))
    throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  if (Buffer.from(userData, 'base64').length > MOST_USER_DATA_BYTES)
    throw new AwsError('InvalidParameterValue', 'User data is limited to 16384 bytes');
};
