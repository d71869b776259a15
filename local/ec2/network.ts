import { createHash } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import { zonesOf } from './zones.ts';

/** The default network of an account in a region. It follows from their names, so nothing of it is stored. */
export interface Network {
  readonly vpcId: string;
  readonly cidr: string;
  readonly subnets: readonly {
    readonly id: string;
    readonly zone: string;
    readonly zoneId: string;
    readonly cidr: string;
  }[];
  readonly securityGroupId: string;
}

export const networkOf = ({ accountId, region }: Pick<Call, 'accountId' | 'region'>): Network => ({
  vpcId: madeUp('vpc', accountId, region),
  cidr: '172.31.0.0/16',
  subnets: zonesOf(region).map(({ name, zoneId }, i) => ({
    id: madeUp('subnet', accountId, name),
    zone: name,
    zoneId,
    cidr: `172.31.${i * 16}.0/20`,
  })),
  securityGroupId: madeUp('sg', accountId, region),
});

const madeUp = (prefix: string, ...names: readonly string[]): string =>
  `${prefix}-0${createHash('sha256')
    .update(`${prefix} ${names.join(' ')}`)
    .digest('hex')
    .slice(0, 16)}`;

export const subnetNotFound = (id: string): AwsError =>
  new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
export const vpcNotFound = (id: string): AwsError =>
  new AwsError('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`);
export const groupNotFound = (id: string): AwsError =>
  new AwsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`);

/** An address of a subnet for a new instance; `taken` are in use. The first four are AWS's own, as is the last. */
export const freeAddress = (cidr: string, taken: ReadonlySet<string>): string => {
  const { first, size } = rangeOf(cidr);
  for (let i = 4; i < size - 1; i++) {
    const address = toText(first + i);
    if (!taken.has(address)) return address;
  }
  throw new AwsError('InsufficientFreeAddressesInSubnet', 'There are not enough free addresses in the subnet.');
};

export const isInside = (cidr: string, address: string): boolean => {
  const { first, size } = rangeOf(cidr);
  const value = toNumber(address);
  return value >= first + 4 && value < first + size - 1;
};

const rangeOf = (cidr: string): { first: number; size: number } => {
  const [base = '', bits = '32'] = cidr.split('/');
  return { first: toNumber(base), size: 2 ** (32 - Number(bits)) };
};

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const toText = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
