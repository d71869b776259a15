import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import type { NetworkWish } from './instance-launch.ts';
import { blockDeviceMappings, bool, int, tagSpecifications, text, texts } from './schema.ts';

const one = int.refine((count) => count === 1, 'must be 1 in the local cloud');
export const TAGGABLE = ['instance', 'volume', 'network-interface'];

export const runInstancesShape = {
  ImageId: text,
  MinCount: one,
  MaxCount: one,
  InstanceType: text,
  SubnetId: text.optional(),
  SecurityGroupId: texts.optional(),
  SecurityGroup: texts.optional(),
  NetworkInterface: z
    .array(
      z.strictObject({
        DeviceIndex: z.literal('0'),
        SubnetId: text.optional(),
        SecurityGroupId: texts.optional(),
        PrivateIpAddress: text.optional(),
        AssociatePublicIpAddress: bool.optional(),
        DeleteOnTermination: bool.optional(),
        Description: text.optional(),
      }),
    )
    .length(1)
    .optional(),
  PrivateIpAddress: text.optional(),
  KeyName: text.optional(),
  IamInstanceProfile: z.strictObject({ Arn: text.optional(), Name: text.optional() }).optional(),
  BlockDeviceMapping: blockDeviceMappings.optional(),
  TagSpecification: tagSpecifications.optional(),
  ClientToken: text.max(64).optional(),
  Placement: z
    .strictObject({ AvailabilityZone: text.optional(), Tenancy: z.enum(['default', 'dedicated']).optional() })
    .optional(),
  UserData: text.optional(),
  EbsOptimized: bool.default(false),
  Monitoring: z.strictObject({ Enabled: bool }).optional(),
  DisableApiTermination: bool.default(false),
  DisableApiStop: bool.default(false),
  InstanceInitiatedShutdownBehavior: z.enum(['stop', 'terminate']).default('stop'),
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

export type RunInstancesInput = z.output<z.ZodObject<typeof runInstancesShape>>;

export const networkWish = (input: RunInstancesInput): NetworkWish => {
  const [card] = input.NetworkInterface ?? [];
  if (card && (input.SubnetId || input.SecurityGroupId || input.PrivateIpAddress)) {
    const what = 'Network interfaces and an instance-level subnet ID may not be specified on the same request';
    throw new AwsError('InvalidParameterCombination', what);
  }
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
