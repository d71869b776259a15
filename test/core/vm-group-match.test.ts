import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type InstanceRule, VmGroupFields } from '../../core/contracts/vm-groups.ts';
import { matchGroup } from '../../core/domain/vm-group-match.ts';
import { matchesPattern } from '../../core/domain/wildcards.ts';
import type { ListedInstance } from '../../core/ports/tenant-instances.ts';
import type { DescribedVolume } from '../../core/ports/tenant-volumes.ts';

const instance = (n: number, change: Partial<ListedInstance> = {}): ListedInstance => ({
  instanceId: `i-0000000${n}`,
  state: 'running',
  platform: 'Linux/UNIX',
  availabilityZone: 'eu-central-1a',
  tags: {},
  volumes: [{ volumeId: `vol-0000000${n}`, device: '/dev/xvda' }],
  ...change,
});
const shop = instance(1, {
  name: 'shop-1',
  tags: { Name: 'shop-1', Backup: 'daily', Team: 'a' },
  vpcId: 'vpc-00000001',
});
const shop2 = instance(2, { name: 'shop-2', tags: { Name: 'shop-2', Backup: 'weekly' }, subnetId: 'subnet-00000001' });
const other = instance(3, { tags: { Team: '' } });
const all = [shop, shop2, other];

const volume = (volumeId: string, sizeGiB = 8, tags: Record<string, string> = {}): DescribedVolume => ({
  volumeId,
  state: 'in-use',
  sizeGiB,
  availabilityZone: 'eu-central-1a',
  tags,
});
const volumes = new Map(all.flatMap((each) => each.volumes.map((v) => [v.volumeId, volume(v.volumeId)])));

const group = (match: InstanceRule, exclude: object = {}) =>
  VmGroupFields.parse({ name: 'g', match, exclude: { volumes: [], ...exclude } });
const matched = (match: InstanceRule): string[] =>
  matchGroup(group(match), all, volumes).instances.map((each) => each.instance.instanceId);
const ids = (...instances: ListedInstance[]): string[] => instances.map(({ instanceId }) => instanceId);

test('each condition matches what it says, and they join by AND and OR in any depth', () => {
  assert.deepEqual(matched({ all: true }), ids(shop, shop2, other));
  assert.deepEqual(matched({ instanceIds: ['i-00000003', 'i-0000000f'] }), ids(other));
  assert.deepEqual(matched({ tag: { key: 'Backup' } }), ids(shop, shop2));
  assert.deepEqual(matched({ tag: { key: 'Backup', value: 'd*' } }), ids(shop));
  assert.deepEqual(matched({ tag: { key: 'backup' } }), [], 'keys are case-sensitive');
  assert.deepEqual(matched({ tag: { key: 'Team', value: '*' } }), ids(shop, other), 'an empty value is a value');
  assert.deepEqual(matched({ tag: { key: 'constructor' } }), []);
  assert.deepEqual(matched({ name: 'shop-?' }), ids(shop, shop2));
  assert.deepEqual(matched({ name: '*' }), ids(shop, shop2), 'no Name tag, no name');
  assert.deepEqual(matched({ vpcId: 'vpc-00000001' }), ids(shop));
  assert.deepEqual(matched({ subnetId: 'subnet-00000001' }), ids(shop2));
  const daily = { tag: { key: 'Backup', value: 'daily' } };
  assert.deepEqual(matched({ and: [{ name: 'shop-*' }, daily] }), ids(shop));
  assert.deepEqual(matched({ or: [daily, { and: [{ tag: { key: 'Team' } }, { name: 'nobody' }] }] }), ids(shop));
});

test('excluded instances are told apart from those that never matched', () => {
  const { instances, excluded } = matchGroup(
    group({ tag: { key: 'Backup' } }, { instances: { tag: { key: 'Backup', value: 'weekly' } } }),
    all,
    volumes,
  );
  assert.deepEqual(ids(...instances.map((each) => each.instance)), ids(shop));
  assert.deepEqual(ids(...excluded.map((each) => each.instance)), ids(shop2));
  assert.equal(excluded[0]?.excludedBy, 'tag Backup=weekly');
});

test('an instance says which conditions it fulfils: all that are joined by AND, of alternatives the first', () => {
  const why = (match: InstanceRule): string[] =>
    matchGroup(group(match), all, volumes).instances.map(({ matchedBy }) => matchedBy);
  const weekly = { tag: { key: 'Backup', value: 'weekly' } };
  assert.deepEqual(why({ all: true }), ['all instances', 'all instances', 'all instances']);
  assert.deepEqual(why({ and: [{ name: 'shop-*' }, { or: [{ vpcId: 'vpc-00000001' }, weekly, { all: true }] }] }), [
    'name shop-* and vpc-00000001',
    'name shop-* and tag Backup=weekly',
  ]);
  assert.deepEqual(why({ instanceIds: ids(shop) }), ['its id'], 'not the ids of all others');
  const long = Array.from({ length: 20 }, () => ({ name: `shop-${'*'.repeat(200)}` }));
  assert.equal(why({ and: long })[0]?.length, 256, 'an answer of 1,000 instances stays below 6 MB');
});

test('a volume is left out by the first rule whose conditions all hold, in words', () => {
  const large = instance(4, {
    volumes: [
      { volumeId: 'vol-a', device: '/dev/xvda' },
      { volumeId: 'vol-b', device: '/dev/sdf' },
      { volumeId: 'vol-c', device: '/dev/sdg' },
      { volumeId: 'vol-gone', device: '/dev/sdh' },
    ],
  });
  const described = [volume('vol-a', 8), volume('vol-b', 500, { Scratch: 'yes' }), volume('vol-c', 500)];
  const rules = [
    { device: '/dev/sd?', tag: { key: 'Scratch', value: 'y*' } },
    { largerThanGiB: 500 },
    { largerThanGiB: 100, smallerThanGiB: 501 },
  ];
  const result = matchGroup(
    group({ all: true }, { volumes: rules }),
    [large],
    new Map(described.map((each) => [each.volumeId, each])),
  );
  assert.deepEqual(result.instances[0]?.volumes, [
    { volumeId: 'vol-a', device: '/dev/xvda', sizeGiB: 8 },
    { volumeId: 'vol-b', device: '/dev/sdf', sizeGiB: 500, excludedBy: 'tag Scratch=y* and device /dev/sd?' },
    { volumeId: 'vol-c', device: '/dev/sdg', sizeGiB: 500, excludedBy: 'larger than 100 GiB and smaller than 501 GiB' },
  ]);
});

test('wildcards match as a regular expression would, and a pattern of many stars does not hang', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.', '\\'), maxLength: 8 });
  fc.assert(
    fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b', '.', '\\'), maxLength: 8 }), (pattern, text) => {
      const source = [...pattern]
        .map((c) => (c === '*' ? '.*' : c === '?' ? '.' : c.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
        .join('');
      assert.equal(matchesPattern(pattern, text), new RegExp(`^${source}$`, 's').test(text), `${pattern} on ${text}`);
    }),
    { numRuns: 2_000 },
  );
  const began = performance.now();
  assert.equal(matchesPattern(`${'a*'.repeat(100)}b`, 'a'.repeat(255)), false);
  assert.ok(performance.now() - began < 20_000);
});
