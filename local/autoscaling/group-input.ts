import { z } from 'zod';
import { ec2Of } from '../ec2/ec2.ts';
import { findTemplate, versionOf } from '../ec2/launch-templates.ts';
import { networkOf } from '../ec2/network.ts';
import { bool, int, text, texts } from '../ec2/schema.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import { type Groups, invalid } from './groups.ts';
import type { Group, TemplateUse } from './records.ts';

/** What both CreateAutoScalingGroup and UpdateAutoScalingGroup may say. */
export const groupShape = {
  AutoScalingGroupName: text.min(1).max(255),
  LaunchTemplate: z
    .strictObject({
      LaunchTemplateId: text.optional(),
      LaunchTemplateName: text.optional(),
      Version: text.optional(),
    })
    .optional(),
  MinSize: int.optional(),
  MaxSize: int.optional(),
  DesiredCapacity: int.optional(),
  DefaultCooldown: int.optional(),
  DefaultInstanceWarmup: int.optional(),
  AvailabilityZones: texts.optional(),
  VPCZoneIdentifier: text.optional(),
  HealthCheckType: z.literal('EC2').optional(),
  HealthCheckGracePeriod: int.optional(),
  TerminationPolicies: z.array(z.enum(['Default', 'OldestInstance', 'NewestInstance'])).optional(),
  NewInstancesProtectedFromScaleIn: bool.optional(),
  Context: text.optional(),
};

export type GroupInput = z.output<z.ZodObject<typeof groupShape>>;

type Place = Pick<Call, 'accountId' | 'region'>;

/** Where instances may go. Throws ValidationError on zones and subnets that are not there, or none at all. */
export const placesOf = (
  call: Place,
  zones: readonly string[],
  subnetIds: readonly string[],
): Pick<Group, 'zones' | 'subnetIds'> => {
  const { subnets } = networkOf(call);
  for (const id of subnetIds) {
    if (!subnets.some((subnet) => subnet.id === id)) throw invalid(`The subnet ID '${id}' does not exist`);
  }
  for (const zone of zones) {
    if (!subnets.some((subnet) => subnet.zone === zone)) throw invalid(`Invalid Availability Zones [${zone}]`);
  }
  const ofSubnets = subnets.filter(({ id }) => subnetIds.includes(id)).map(({ zone }) => zone);
  if (subnetIds.length > 0 && zones.some((zone) => !ofSubnets.includes(zone)))
    throw invalid('The availability zones of the specified subnets and the Auto Scaling group do not match');
  const all = subnetIds.length > 0 ? ofSubnets : zones;
  if (all.length === 0) throw invalid('At least one Availability Zone or VPC Subnet is required.');
  return { zones: [...new Set(all)].sort(), subnetIds };
};

export const splitSubnets = (identifier: string | undefined): string[] =>
  (identifier ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');

/** Throws ValidationError as Auto Scaling does. */
export const checkSizes = ({ minSize, maxSize, desired }: Pick<Group, 'minSize' | 'maxSize' | 'desired'>): void => {
  if (minSize < 0) throw invalid('Min bound, must be at least 0');
  if (maxSize < minSize) throw invalid('Max bound, must be greater than or equal to min bound');
  if (desired < minSize || desired > maxSize)
    throw invalid(
      `Desired capacity:${desired} must be between the specified min size:${minSize} and max size:${maxSize}`,
    );
};

/**
 * The template, checked as AWS checks it: a dry run of a launch as the caller, who so must be allowed to launch, to
 * pass the profile's role and to set the template's tags. Throws AccessDenied or ValidationError.
 */
export const usableTemplate = async (
  groups: Groups,
  call: Call,
  wish: NonNullable<GroupInput['LaunchTemplate']>,
  place: Pick<Group, 'zones' | 'subnetIds'>,
): Promise<TemplateUse> => {
  const { Version = '$Default', ...name } = wish;
  const caller = { ...call.principal, viaService: 'autoscaling' };
  const where = launchPlaceInput(groups, call, wish, place.zones[0] ?? '', place.subnetIds[0]);
  const input = { MinCount: '1', MaxCount: '1', DryRun: 'true', LaunchTemplate: { ...name, Version }, ...where };
  const error: unknown = await groups.kernel.call(caller, call.region, 'ec2', 'RunInstances', input).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof AwsError && error.code === 'UnauthorizedOperation') {
    const shown = name.LaunchTemplateName ?? name.LaunchTemplateId;
    throw new AwsError('AccessDenied', `You are not authorized to use launch template: ${shown}`, 403);
  }
  if (error instanceof AwsError && error.code !== 'DryRunOperation')
    throw invalid(`You must use a valid fully-formed launch template. ${error.message}`);
  if (error !== undefined && !(error instanceof AwsError)) throw error;
  const template = findTemplate(ec2Of(groups.kernel), call, name);
  return { id: template.id, name: template.name, version: Version };
};

/** Where a launch goes, as RunInstances takes it: the subnet belongs to the network interface if the template has one. */
export const launchPlaceInput = (
  groups: Groups,
  call: Place,
  template: NonNullable<GroupInput['LaunchTemplate']>,
  zone: string,
  subnetId: string | undefined,
): Record<string, unknown> => {
  if (subnetId === undefined) return { Placement: { AvailabilityZone: zone } };
  return namesNetworkInterface(groups, call, template)
    ? { NetworkInterface: [{ DeviceIndex: '0', SubnetId: subnetId }] }
    : { SubnetId: subnetId };
};

const namesNetworkInterface = (
  groups: Groups,
  call: Place,
  { Version = '$Default', ...name }: NonNullable<GroupInput['LaunchTemplate']>,
): boolean => {
  try {
    const template = findTemplate(ec2Of(groups.kernel), call, name);
    return versionOf(template, Version).data.NetworkInterface !== undefined;
  } catch (error) {
    // The launch itself says what is wrong with the template.
    if (error instanceof AwsError) return false;
    throw error;
  }
};
