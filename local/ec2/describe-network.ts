import type { AwsError } from '../kernel/errors.ts';
import type { Call, Operation } from '../kernel/service.ts';
import { anywhere } from './access.ts';
import { ec2Operation } from './ec2-operation.ts';
import { type FilterKeys, passes } from './filters.ts';
import { groupNotFound, networkOf, subnetNotFound, vpcNotFound } from './network.ts';
import { pageOf } from './paging.ts';
import { filters, int, text, texts } from './schema.ts';

interface Row {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

interface Definition {
  readonly name: string;
  /** The parameter that lists ids, and the answer's list. */
  readonly ids: string;
  readonly set: string;
  readonly rows: (call: Call) => Row[];
  readonly keys: FilterKeys<Row>;
  readonly notFound: (id: string) => AwsError;
}

const describe = ({ name, ids, set, rows, keys, notFound }: Definition): Operation =>
  ec2Operation({
    name,
    input: {
      [ids]: texts.optional(),
      Filter: filters.optional(),
      MaxResults: int.optional(),
      NextToken: text.optional(),
    },
    access: (_, call) => [anywhere(name, call)],
    run(input: Record<string, unknown>, call) {
      const all = rows(call);
      const wanted = input[ids] as string[] | undefined;
      for (const id of wanted ?? []) if (!all.some((row) => row.id === id)) throw notFound(id);
      const passing = all.filter(({ id }) => !wanted?.length || wanted.includes(id));
      const kept = passing.filter(passes(input.Filter as never, keys));
      const { page, nextToken } = pageOf(kept, input, { least: 5, most: 1_000 });
      return { [set]: { item: page.map(({ id: _, tags: __, ...members }) => members) }, nextToken };
    },
  });

const member =
  (name: string) =>
  (row: Row): [string] => [String(row[name])];

export const describeVpcs = describe({
  name: 'DescribeVpcs',
  ids: 'VpcId',
  set: 'vpcSet',
  notFound: vpcNotFound,
  rows(call) {
    const { vpcId, cidr } = networkOf(call);
    return [
      {
        id: vpcId,
        tags: {},
        vpcId,
        ownerId: call.accountId,
        state: 'available',
        cidrBlock: cidr,
        isDefault: true,
        instanceTenancy: 'default',
        tagSet: { item: [] },
      },
    ];
  },
  keys: {
    'vpc-id': member('vpcId'),
    'is-default': member('isDefault'),
    isDefault: member('isDefault'),
    state: member('state'),
    cidr: member('cidrBlock'),
    'owner-id': member('ownerId'),
  },
});

export const describeSubnets = describe({
  name: 'DescribeSubnets',
  ids: 'SubnetId',
  set: 'subnetSet',
  notFound: subnetNotFound,
  rows(call) {
    const { vpcId, subnets } = networkOf(call);
    return subnets.map(({ id, zone, zoneId, cidr }) => ({
      id,
      tags: {},
      subnetId: id,
      subnetArn: `arn:aws:ec2:${call.region}:${call.accountId}:subnet/${id}`,
      vpcId,
      ownerId: call.accountId,
      state: 'available',
      cidrBlock: cidr,
      availabilityZone: zone,
      availabilityZoneId: zoneId,
      availableIpAddressCount: 4_091,
      defaultForAz: true,
      mapPublicIpOnLaunch: true,
      tagSet: { item: [] },
    }));
  },
  keys: {
    'subnet-id': member('subnetId'),
    'vpc-id': member('vpcId'),
    'availability-zone': member('availabilityZone'),
    'availability-zone-id': member('availabilityZoneId'),
    'default-for-az': member('defaultForAz'),
    state: member('state'),
  },
});

export const describeSecurityGroups = describe({
  name: 'DescribeSecurityGroups',
  ids: 'GroupId',
  set: 'securityGroupInfo',
  notFound: groupNotFound,
  rows(call) {
    const { vpcId, securityGroupId } = networkOf(call);
    return [
      {
        id: securityGroupId,
        tags: {},
        groupId: securityGroupId,
        groupName: 'default',
        groupDescription: 'default VPC security group',
        ownerId: call.accountId,
        vpcId,
        ipPermissions: { item: [] },
        ipPermissionsEgress: { item: [] },
        tagSet: { item: [] },
      },
    ];
  },
  keys: {
    'group-id': member('groupId'),
    'group-name': member('groupName'),
    'vpc-id': member('vpcId'),
    'owner-id': member('ownerId'),
  },
});

/** None: an account has one VPC here. */
export const describeSecurityGroupVpcAssociations = ec2Operation({
  name: 'DescribeSecurityGroupVpcAssociations',
  input: { Filter: filters.optional(), MaxResults: int.optional(), NextToken: text.optional() },
  access: (_, call) => [anywhere('DescribeSecurityGroupVpcAssociations', call)],
  run: () => ({ securityGroupVpcAssociationSet: { item: [] } }),
});
