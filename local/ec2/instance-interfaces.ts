import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';
import { type LaunchPlace, launchAddress, launchPlace } from './instance-launch.ts';
import type { FurtherInterface } from './records.ts';
import type { RunInstancesInput } from './run-instances-input.ts';

interface FurtherPlace extends LaunchPlace {
  readonly deviceIndex: number;
  readonly privateIp?: string | undefined;
  readonly description: string;
}

/** Where the interfaces of a launch go, but for the first: all in the zone of that one. */
export const furtherPlaces = (call: Call, { NetworkInterface = [] }: RunInstancesInput, first: LaunchPlace) => {
  const indexes = new Set(NetworkInterface.map(({ DeviceIndex }) => DeviceIndex));
  if (indexes.size < NetworkInterface.length)
    throw new AwsError('InvalidParameterValue', 'Each network interface requires a unique device index.');
  return NetworkInterface.filter(({ DeviceIndex }) => DeviceIndex !== 0)
    .toSorted((a, b) => a.DeviceIndex - b.DeviceIndex)
    .map((card): FurtherPlace => {
      // An interface that outlives its instance would be a resource of its own; there are none here.
      if (card.DeleteOnTermination === false)
        throw new AwsError('UnsupportedOperation', 'The local cloud keeps no network interface without an instance.');
      if (card.AssociatePublicIpAddress !== undefined)
        throw new AwsError(
          'InvalidParameterCombination',
          'The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.',
        );
      const place = launchPlace(call, { subnetId: card.SubnetId, securityGroupIds: card.SecurityGroupId });
      if (place.zone !== first.zone)
        throw new AwsError('InvalidParameterValue', 'All network interfaces must be in the same Availability Zone.');
      return {
        ...place,
        deviceIndex: card.DeviceIndex,
        privateIp: card.PrivateIpAddress,
        description: card.Description ?? '',
      };
    });
};

export const furtherInterfaces = (
  ec2: Ec2,
  call: Call,
  places: readonly FurtherPlace[],
  firstAddress: string,
): readonly FurtherInterface[] => {
  const taken = [firstAddress];
  return places.map((place) => {
    const privateIp = launchAddress(ec2, call, place, place.privateIp, taken);
    taken.push(privateIp);
    const { deviceIndex, subnetId, securityGroupIds, description } = place;
    return { id: ec2.newId('eni'), deviceIndex, subnetId, securityGroupIds, privateIp, description };
  });
};
