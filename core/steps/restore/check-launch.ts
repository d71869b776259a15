import type { LaunchPlace, WantedInterface } from '../../domain/launch-place.ts';
import type { InstanceConfiguration } from '../../domain/recovery-point.ts';
import type { DescribedSubnet, LaunchPlaces } from '../../ports/launch-places.ts';
import { checked, type PlaceFinding, refused } from './place-finding.ts';

type Was = Pick<InstanceConfiguration, 'architecture' | 'bootMode' | 'enaSupport'>;

/** What EC2 says of the network, the key pair and the type of a launch, a finding each. Errors: TransientFailure. */
export const checkLaunch = async (
  places: LaunchPlaces,
  place: LaunchPlace,
  was: Was,
): Promise<readonly PlaceFinding[]> => {
  const { keyName, interfaces } = place;
  const network: Network = await checked('subnet', () => subnetOf(places, place));
  const { subnets = [], ...finding } = network;
  const zone = subnets[0]?.availabilityZone ?? place.availabilityZone;
  const hasGroups = interfaces.some(({ securityGroupIds }) => securityGroupIds.length > 0);
  const rest = await Promise.all([
    ...(hasGroups ? [checked('security groups', () => groupsOf(places, interfaces, subnets))] : []),
    ...(keyName === undefined ? [] : [checked('key pair', () => keyPairOf(places, keyName))]),
    checked('instance type', () => typeOf(places, place.instanceType, zone, was)),
  ]);
  return [finding, ...rest];
};

const isOne = (ids: readonly string[], one: string, many: string): string => (ids.length === 1 ? one : many);

const SUBNET = 'Name another subnet (target.subnetId).';

interface Network extends PlaceFinding {
  /** The interfaces', the first one's first; absent where they are not known, or EC2 is left to choose among zones. */
  readonly subnets?: readonly DescribedSubnet[];
}

const subnetOf = async (places: LaunchPlaces, { interfaces, availabilityZone }: LaunchPlace): Promise<Network> => {
  const [first, ...further] = interfaces;
  const ids = [...new Set(interfaces.flatMap(({ subnetId }) => subnetId ?? []))];
  if (first?.subnetId === undefined) {
    const defaults = await places.defaultSubnets(availabilityZone);
    const where = availabilityZone === undefined ? 'in this account and region' : `in ${availabilityZone}`;
    if (defaults.length === 0)
      return refused('subnet', `There is no default subnet ${where}.`, 'Name a subnet (target.subnetId).');
    const reason = `There is a default subnet ${where}.`;
    // in which of several it will be, EC2 decides
    return { rule: 'subnet', outcome: 'allowed', reason, ...(defaults.length === 1 ? { subnets: defaults } : {}) };
  }
  const there = await places.subnets(ids);
  const gone = ids.filter((id) => !there.some(({ subnetId }) => subnetId === id));
  if (gone.length > 0) {
    const what = isOne(gone, `subnet ${gone}`, `subnets ${gone.join(', ')}`);
    return refused('subnet', `There is no ${what} in this account and region.`, SUBNET);
  }
  const byId = (id: string | undefined) => there.filter(({ subnetId }) => subnetId === id);
  const subnets = [first, ...further].flatMap(({ subnetId }) => byId(subnetId));
  const zone = subnets[0]?.availabilityZone;
  if (availabilityZone !== undefined && zone !== availabilityZone)
    return refused(
      'subnet',
      `The subnet ${first.subnetId} is in ${zone}, not in ${availabilityZone}.`,
      'Name a subnet of that zone (target.subnetId), or leave target.availabilityZone out.',
    );
  return { rule: 'subnet', outcome: 'allowed', reason: `${ids.join(', ')}: in ${zone}.`, subnets };
};

const GROUPS = 'Name others (target.securityGroupIds).';

const groupsOf = async (
  places: LaunchPlaces,
  interfaces: readonly WantedInterface[],
  subnets: readonly DescribedSubnet[],
): Promise<PlaceFinding> => {
  const ids = [...new Set(interfaces.flatMap(({ securityGroupIds }) => securityGroupIds))];
  const there = new Map((await places.securityGroups(ids)).map(({ groupId, vpcId }) => [groupId, vpcId]));
  const gone = ids.filter((id) => !there.has(id));
  if (gone.length > 0) {
    const what = isOne(gone, `security group ${gone}`, `security groups ${gone.join(', ')}`);
    return refused('security groups', `There is no ${what} in this account and region.`, GROUPS);
  }
  for (const [place, { securityGroupIds }] of interfaces.entries()) {
    const subnet = subnets[place];
    for (const groupId of subnet ? securityGroupIds : []) {
      const vpcId = there.get(groupId);
      if (!subnet || vpcId === subnet.vpcId || (await places.associatedVpcs(groupId)).includes(subnet.vpcId)) continue;
      return refused(
        'security groups',
        `The security group ${groupId} is one of ${vpcId}; the subnet ${subnet.subnetId} is one of ${subnet.vpcId}.`,
        `Name groups of ${subnet.vpcId} (target.securityGroupIds), or a subnet of ${vpcId} (target.subnetId).`,
      );
    }
  }
  const fits = subnets.length > 0 ? ', and of the VPC of the subnet' : '';
  return { rule: 'security groups', outcome: 'allowed', reason: `${ids.join(', ')}: there${fits}.` };
};

const keyPairOf = async (places: LaunchPlaces, keyName: string): Promise<PlaceFinding> =>
  (await places.hasKeyPair(keyName))
    ? { rule: 'key pair', outcome: 'allowed', reason: `There is a key pair ${keyName}.` }
    : refused(
        'key pair',
        `There is no key pair ${keyName} in this account and region.`,
        'Name another (target.keyName), or import one of that name.',
      );

const typeOf = async (
  places: LaunchPlaces,
  type: string,
  zone: string | undefined,
  { architecture, bootMode, enaSupport }: Was,
): Promise<PlaceFinding> => {
  const another = (what: string): PlaceFinding =>
    refused('instance type', what, 'Name another type (target.instanceType).');
  const found = await places.instanceType(type);
  if (!found) return another(`There is no instance type ${type} in this region.`);
  if (!found.architectures.includes(architecture))
    return another(`${type} is for ${found.architectures.join(', ')}; the instance was one of ${architecture}.`);
  const needsBoot = bootMode !== undefined && bootMode !== 'uefi-preferred';
  if (needsBoot && !found.bootModes.includes(bootMode))
    return another(`${type} does not boot as the instance did (${bootMode}).`);
  if (found.needsEna && !enaSupport)
    return another(`${type} needs the Elastic Network Adapter, which the instance was not set up for.`);
  if (zone !== undefined && !(await places.isOffered(type, zone)))
    return refused(
      'instance type',
      `${type} is not offered in ${zone}.`,
      'Name another type (target.instanceType), or a subnet in another zone (target.subnetId).',
    );
  return {
    ...{ rule: 'instance type', outcome: 'allowed' },
    reason: `${type} is offered${zone === undefined ? '' : ` in ${zone}`}, for ${architecture}.`,
  };
};
