import {
  type _InstanceType,
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSecurityGroupVpcAssociationsCommand,
  DescribeSubnetsCommand,
  type Filter,
  type InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import type { DescribedSubnet, LaunchPlaces } from '../../core/ports/launch-places.ts';
import { awsName, required } from './classify.ts';
import type { TenantReach } from './tenant-reach.ts';

/** By filters, not by ids: what is not there is left out of the answer then, and is no error. */
const filters = (wanted: Readonly<Record<string, readonly string[]>>): Filter[] =>
  Object.entries(wanted).map(([Name, values]) => ({ Name, Values: [...values] }));

export const createEc2Places = ({ ec2, call }: TenantReach): LaunchPlaces => {
  const subnets = async (wanted: Readonly<Record<string, readonly string[]>>): Promise<readonly DescribedSubnet[]> => {
    const action = 'ec2:DescribeSubnets';
    const { Subnets = [] } = await call(action, () =>
      ec2.send(new DescribeSubnetsCommand({ Filters: filters(wanted) })),
    );
    return Subnets.map(({ SubnetId, VpcId, AvailabilityZone }) => ({
      subnetId: required(SubnetId, 'SubnetId', action),
      vpcId: required(VpcId, 'VpcId', action),
      availabilityZone: required(AvailabilityZone, 'AvailabilityZone', action),
    }));
  };
  const typeNamed = async (name: string): Promise<InstanceTypeInfo | undefined> => {
    try {
      const { InstanceTypes } = await call('ec2:DescribeInstanceTypes', () =>
        ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: [name as _InstanceType] })),
      );
      return InstanceTypes?.[0];
    } catch (error) {
      if (awsName(error) === 'InvalidInstanceType') return undefined;
      throw error;
    }
  };
  return {
    subnets: (subnetIds) => subnets({ 'subnet-id': subnetIds }),
    defaultSubnets: (zone) =>
      subnets({ 'default-for-az': ['true'], ...(zone === undefined ? {} : { 'availability-zone': [zone] }) }),
    async securityGroups(groupIds) {
      const action = 'ec2:DescribeSecurityGroups';
      const { SecurityGroups = [] } = await call(action, () =>
        ec2.send(new DescribeSecurityGroupsCommand({ Filters: filters({ 'group-id': groupIds }) })),
      );
      return SecurityGroups.map(({ GroupId, VpcId }) => ({
        groupId: required(GroupId, 'GroupId', action),
        vpcId: required(VpcId, 'VpcId', action),
      }));
    },
    async associatedVpcs(groupId) {
      const { SecurityGroupVpcAssociations = [] } = await call('ec2:DescribeSecurityGroupVpcAssociations', () =>
        ec2.send(
          new DescribeSecurityGroupVpcAssociationsCommand({
            Filters: filters({ 'group-id': [groupId], state: ['associated'] }),
          }),
        ),
      );
      return SecurityGroupVpcAssociations.flatMap(({ VpcId }) => VpcId ?? []);
    },
    async hasKeyPair(keyName) {
      const { KeyPairs = [] } = await call('ec2:DescribeKeyPairs', () =>
        ec2.send(new DescribeKeyPairsCommand({ Filters: filters({ 'key-name': [literal(keyName)] }) })),
      );
      return KeyPairs.some(({ KeyName }) => KeyName === keyName);
    },
    async instanceType(instanceType) {
      const found = await typeNamed(instanceType);
      return (
        found && {
          architectures: found.ProcessorInfo?.SupportedArchitectures ?? [],
          bootModes: found.SupportedBootModes ?? [],
          needsEna: found.NetworkInfo?.EnaSupport === 'required',
        }
      );
    },
    async isOffered(instanceType, zone) {
      const { InstanceTypeOfferings = [] } = await call('ec2:DescribeInstanceTypeOfferings', () =>
        ec2.send(
          new DescribeInstanceTypeOfferingsCommand({
            LocationType: 'availability-zone',
            Filters: filters({ 'instance-type': [instanceType], location: [zone] }),
          }),
        ),
      );
      return InstanceTypeOfferings.length > 0;
    },
    async hasZone(zone) {
      const { AvailabilityZones = [] } = await call('ec2:DescribeAvailabilityZones', () =>
        ec2.send(new DescribeAvailabilityZonesCommand({ Filters: filters({ 'zone-name': [zone] }) })),
      );
      return AvailabilityZones.length > 0;
    },
  };
};

/** In a filter's value `*` and `?` stand for others; a backslash takes that away. */
const literal = (value: string): string => value.replace(/[\\*?]/g, '\\$&');
