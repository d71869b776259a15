import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RestoreTarget } from '../../core/contracts/job-requests.ts';
import { StartRestore } from '../../core/contracts/job-requests.ts';
import type { InstanceSettings } from '../../core/domain/instance-settings.ts';
import type { LaunchPlaces } from '../../core/ports/launch-places.ts';
import { createPreviewRestore } from '../../core/steps/api/preview-restore.ts';
import { A } from '../adapters/records.ts';
import { everyPlace, noPlace, VPC, ZONE } from './fake-places.ts';
import { fakeScopes } from './fake-tenant/scopes.ts';
import { INSTANCE, OTHER, openRestoreWorld } from './restore-world.ts';

const OTHER_VPC = 'vpc-00000002';
const OTHER_ZONE = 'eu-central-1b';

/** What there is: two subnets in two VPCs and zones, a group of each, one key pair, one type of each architecture. */
const there: LaunchPlaces = {
  subnets: async (ids) =>
    [
      { subnetId: 'subnet-0000000a', vpcId: VPC, availabilityZone: ZONE },
      { subnetId: 'subnet-0000000b', vpcId: OTHER_VPC, availabilityZone: OTHER_ZONE },
    ].filter(({ subnetId }) => ids.includes(subnetId)),
  defaultSubnets: async (zone) =>
    [{ subnetId: 'subnet-0000000a', vpcId: VPC, availabilityZone: ZONE }].filter(
      ({ availabilityZone }) => zone === undefined || zone === availabilityZone,
    ),
  securityGroups: async (ids) =>
    [
      { groupId: 'sg-0000000a', vpcId: VPC },
      { groupId: 'sg-0000000b', vpcId: OTHER_VPC },
      { groupId: 'sg-0000000c', vpcId: OTHER_VPC },
    ].filter(({ groupId }) => ids.includes(groupId)),
  associatedVpcs: async (groupId) => (groupId === 'sg-0000000c' ? [VPC] : []),
  hasKeyPair: async (name) => name === 'ops',
  instanceType: async (type) =>
    ({
      't3.small': { architectures: ['x86_64'], bootModes: ['legacy-bios', 'uefi'], needsEna: true },
      't2.micro': { architectures: ['i386', 'x86_64'], bootModes: ['legacy-bios'], needsEna: false },
      't4g.small': { architectures: ['arm64'], bootModes: ['uefi'], needsEna: true },
    })[type],
  isOffered: async (type, zone) => type !== 't2.micro' || zone === ZONE,
  hasZone: async (zone) => zone === ZONE,
};

const settings: InstanceSettings = {
  ebsOptimized: false,
  monitoring: false,
  tenancy: 'default',
  hibernation: false,
  sourceDestCheck: true,
  networkInterfaces: [0, 1].map((deviceIndex) => ({
    networkInterfaceId: `eni-0000000${deviceIndex}`,
    deviceIndex,
    networkCard: 0,
    type: 'interface',
    subnetId: deviceIndex === 0 ? 'subnet-0000000a' : 'subnet-000000dd',
    securityGroupIds: ['sg-0000000a'],
    description: '',
    deleteOnTermination: true,
    sourceDestCheck: true,
    privateIps: [],
  })),
};

const was = {
  instanceType: 't3.small',
  subnetId: 'subnet-0000000a',
  securityGroupIds: ['sg-0000000a'],
  keyName: 'ops',
  architecture: 'x86_64',
  enaSupport: true,
};

type Change = Partial<typeof was> & { readonly bootMode?: string; readonly settings?: InstanceSettings };

const worldOf = async (target: RestoreTarget, change: Change = {}, places: LaunchPlaces = there) => {
  const world = await openRestoreWorld({ target });
  const { catalog, account, point } = world;
  const { subnetId, ...instance } = { ...point.instance, ...was, ...change };
  await catalog.points.update(A, point.recoveryPointId, {
    instance: { ...instance, ...(subnetId === '' ? {} : { subnetId }) },
  });
  account.places = places;
  const tenant = await catalog.hypervisors.get(A);
  assert.ok(tenant?.kind === 'tenant');
  const preview = createPreviewRestore({ catalog, scopes: fakeScopes(account) });
  const body = StartRestore.parse({ recoveryPointId: point.recoveryPointId, target });
  return { ...world, preview: () => preview(tenant, { kind: 'operator' }, body) };
};

const fresh = (more: object = {}): RestoreTarget => ({ kind: 'new-instance', ...more });
const subnetId = 'subnet-000000ff';

const wrong: readonly (readonly [string, RestoreTarget, Change, string, RegExp])[] = [
  [
    'a subnet that is not there',
    fresh({ subnetId }),
    {},
    'subnet',
    /no subnet subnet-000000ff .*another subnet \(target.subnetId\)/,
  ],
  ['the old subnet is gone', fresh(), { subnetId }, 'subnet', /no subnet subnet-000000ff/],
  ['a further interface’s subnet is gone', fresh(), { settings }, 'subnet', /no subnet subnet-000000dd/],
  [
    'a subnet in another zone than the one asked for',
    fresh({ subnetId: 'subnet-0000000a', availabilityZone: OTHER_ZONE }),
    {},
    'subnet',
    /in eu-central-1a, not in eu-central-1b.*target.availabilityZone/,
  ],
  [
    'a zone without a default subnet',
    fresh({ availabilityZone: OTHER_ZONE }),
    {},
    'subnet',
    /no default subnet in eu-central-1b\. Name a subnet \(target.subnetId\)/,
  ],
  [
    'a security group that is not there',
    fresh({ securityGroupIds: ['sg-0000000a', 'sg-000000ff'] }),
    {},
    'security groups',
    /no security group sg-000000ff .*\(target.securityGroupIds\)/,
  ],
  [
    'the old groups, in a subnet of another VPC',
    fresh({ subnetId: 'subnet-0000000b' }),
    {},
    'security groups',
    /sg-0000000a is one of vpc-00000001; the subnet subnet-0000000b is one of vpc-00000002\. Name groups of vpc-00000002/,
  ],
  ['a key pair that is not there', fresh({ keyName: 'mine' }), {}, 'key pair', /no key pair mine .*\(target.keyName\)/],
  ['the old key pair is gone', fresh(), { keyName: 'old' }, 'key pair', /no key pair old/],
  [
    'a type that is not there',
    fresh({ instanceType: 'x9.huge' }),
    {},
    'instance type',
    /no instance type x9.huge .*\(target.instanceType\)/,
  ],
  [
    'a type of another architecture',
    fresh({ instanceType: 't4g.small' }),
    {},
    'instance type',
    /t4g.small is for arm64; the instance was one of x86_64/,
  ],
  [
    'a type that boots otherwise',
    fresh({ instanceType: 't2.micro' }),
    { bootMode: 'uefi' },
    'instance type',
    /does not boot as the instance did \(uefi\)/,
  ],
  ['a type that needs an adapter', fresh(), { enaSupport: false }, 'instance type', /Elastic Network Adapter/],
  [
    'a type that the zone has not',
    fresh({ instanceType: 't2.micro', subnetId: 'subnet-0000000b', securityGroupIds: ['sg-0000000b'] }),
    {},
    'instance type',
    /t2.micro is not offered in eu-central-1b/,
  ],
  [
    'volumes in a zone that is not there',
    { kind: 'volumes', availabilityZone: 'eu-central-1z' },
    {},
    'zone',
    /no availability zone eu-central-1z .*\(target.availabilityZone\)/,
  ],
];

test('what EC2 would refuse at the end, the dry run refuses, and the job before it has made anything', async () => {
  for (const [name, target, change, rule, says] of wrong) {
    const world = await worldOf(target, change);
    const seen = await world.preview();
    const refused = seen.rules.filter(({ outcome }) => outcome !== 'allowed');
    assert.deepEqual(
      refused.map((each) => [each.rule, each.outcome]),
      [[rule, 'refused']],
      `${name}: ${JSON.stringify(refused)}`,
    );
    assert.match(refused[0]?.reason ?? '', says, name);
    assert.equal(seen.allowed, false, name);

    const before = world.account.picture();
    await assert.rejects(world.perform(), (error: Error) => {
      assert.equal(error.name, target.kind === 'volumes' ? 'VolumeFailed' : 'LaunchFailed', name);
      assert.match(error.message, /^Nothing was begun: /, name);
      assert.match(error.message, says, name);
      return true;
    });
    assert.deepEqual(world.account.picture(), before, name);
  }
});

test('a place that is as asked for is allowed, and says what was found; the restore is done', async () => {
  const right: readonly (readonly [RestoreTarget, Change, readonly string[]])[] = [
    [fresh(), {}, ['subnet', 'security groups', 'key pair', 'instance type']],
    [
      fresh({ subnetId: 'subnet-0000000a', availabilityZone: ZONE }),
      {},
      ['subnet', 'security groups', 'key pair', 'instance type'],
    ],
    [fresh({ availabilityZone: ZONE }), {}, ['subnet', 'security groups', 'key pair', 'instance type']],
    [fresh({ securityGroupIds: ['sg-0000000c'] }), {}, ['subnet', 'security groups', 'key pair', 'instance type']],
    [fresh({ securityGroupIds: [] }), { subnetId: '' }, ['subnet', 'key pair', 'instance type']],
    [{ kind: 'volumes' }, {}, ['zone']],
  ];
  for (const [target, change, rules] of right) {
    const world = await worldOf(target, change);
    const seen = await world.preview();
    assert.equal(seen.allowed, true, JSON.stringify(seen.rules));
    const own = seen.rules.slice(seen.rules.findIndex(({ rule }) => rule === 'O9') + 1);
    assert.deepEqual(
      own.map(({ rule }) => rule),
      rules,
    );
    await world.run();
    assert.equal(await world.state(), 'completed');
  }
});

test('an account that does not let us ask is told as not checked, and the restore goes on', async () => {
  const world = await worldOf(fresh({ subnetId }), {}, noPlace);
  const seen = await world.preview();
  assert.equal(seen.allowed, true);
  const unchecked = seen.rules.filter(({ outcome }) => outcome === 'not checked');
  assert.deepEqual(
    unchecked.map(({ rule }) => rule),
    ['subnet', 'security groups', 'key pair', 'instance type'],
  );
  for (const { reason } of unchecked)
    assert.match(reason, /^It could not be checked: the role of acme does not allow \w+\.$/);
  await world.run();
  assert.equal(await world.state(), 'completed');

  const halfLost: LaunchPlaces = { ...there, associatedVpcs: noPlace.associatedVpcs };
  const half = await (await worldOf(fresh({ subnetId: 'subnet-0000000b' }), {}, halfLost)).preview();
  assert.deepEqual(
    half.rules.flatMap(({ rule, outcome }) => (outcome === 'allowed' ? [] : [[rule, outcome]])),
    [['security groups', 'not checked']],
  );
});

test('in place, and to an instance that exists, nothing of that is asked', async () => {
  const targets: RestoreTarget[] = [
    { kind: 'in-place', overwrite: true, replacedVolumes: 'keep' },
    { kind: 'attach', instanceId: OTHER },
  ];
  for (const target of targets) {
    const asked: string[] = [];
    const places = new Proxy(everyPlace, {
      get: (from, name) => {
        asked.push(String(name));
        return Reflect.get(from, name);
      },
    });
    const world = await worldOf(target, {}, places);
    assert.equal((await world.preview()).allowed, true);
    await world.run();
    assert.deepEqual([await world.state(), asked], ['completed', []], `${target.kind} of ${INSTANCE}`);
  }
});
