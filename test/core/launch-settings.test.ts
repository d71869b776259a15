import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RestorePath } from '../../core/contracts/restore-steps.ts';
import type { InstanceSettings, RecordedInterface } from '../../core/domain/instance-settings.ts';
import { planSettings, type SettingsAsk } from '../../core/domain/launch-settings.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { restoreWords } from '../../core/domain/restore-words.ts';
import { recoveryPointView } from '../../core/domain/views.ts';
import { A, aPoint, aVolume } from '../adapters/records.ts';

const USER_DATA = 'cGFzc3dvcmQ9aHVudGVyMg==';
const metadata = { endpoint: 'enabled', tokens: 'required', hopLimit: 3, ipv6: 'enabled', instanceTags: 'enabled' };
const card = (deviceIndex: number, more: Partial<RecordedInterface> = {}): RecordedInterface => ({
  networkInterfaceId: `eni-${deviceIndex}`,
  deviceIndex,
  networkCard: 0,
  type: 'interface',
  subnetId: 'subnet-old',
  securityGroupIds: [`sg-${deviceIndex}`],
  description: `card ${deviceIndex}`,
  deleteOnTermination: false,
  sourceDestCheck: true,
  privateIps: ['172.31.0.9'],
  ...more,
});
const everything: InstanceSettings = {
  metadata,
  ebsOptimized: true,
  monitoring: true,
  tenancy: 'dedicated',
  hibernation: false,
  sourceDestCheck: true,
  networkInterfaces: [card(0), card(1)],
  userData: USER_DATA,
  shutdownBehavior: 'terminate',
  terminationProtection: true,
  stopProtection: true,
  cpu: { cores: 1, threadsPerCore: 1 },
  credits: 'standard',
  uefiData: 'dWVmaQ==',
};
const root = { ...aVolume(0, [10]), device: '/dev/xvda' };
const point = (settings: Partial<InstanceSettings> = {}, encrypted = false): RecoveryPoint => {
  const whole = aPoint(A, 'i-00000001', [{ ...root, encrypted }]);
  const instance = { ...whole.instance, instanceType: 't3.large', subnetId: 'subnet-old', rootDeviceName: '/dev/xvda' };
  return { ...whole, instance: { ...instance, settings: { ...everything, ...settings } } };
};
const ask = (
  target: Partial<SettingsAsk['target']> = {},
  of: RecoveryPoint = point(),
  path: RestorePath = 'image',
): SettingsAsk => ({ target: { kind: 'new-instance', ...target } as SettingsAsk['target'], point: of, path });

describe('a new instance gets the settings of the old one', () => {
  test('as it was, it gets all of them; what would keep the cleanup from it comes at the end', () => {
    const { launch, whileStopped, atTheEnd, leavesOut } = planSettings(ask());
    assert.deepEqual(launch, {
      metadata,
      ebsOptimized: true,
      monitoring: true,
      tenancy: 'dedicated',
      shutdownBehavior: 'terminate',
      cpu: { cores: 1, threadsPerCore: 1 },
      credits: 'standard',
      userData: USER_DATA,
      furtherInterfaces: [
        { deviceIndex: 1, subnetId: 'subnet-old', securityGroupIds: ['sg-1'], description: 'card 1' },
      ],
    });
    assert.deepEqual([whileStopped, leavesOut], [{}, []]);
    assert.deepEqual(atTheEnd, { terminationProtection: true, stopProtection: true });
  });

  test("a donor's own system never runs the user data: it comes while the instance is stopped", () => {
    const { launch, whileStopped, leavesOut } = planSettings(ask({}, point(), 'donor'));
    assert.equal(launch.userData, undefined);
    assert.deepEqual(whileStopped, { userData: USER_DATA });
    assert.deepEqual(leavesOut, ['The UEFI variables: those of the image are taken.']);
  });

  test('a point of before settings were recorded is launched as its image says', () => {
    const old = aPoint(A, 'i-00000001', [root]);
    const plan = planSettings(ask({}, old));
    assert.deepEqual(plan, { launch: {}, whileStopped: {}, atTheEnd: {}, creates: [], leavesOut: [] });
  });

  const table: readonly [
    string,
    SettingsAsk,
    Partial<ReturnType<typeof planSettings>['launch']>,
    RegExp | undefined,
  ][] = [
    ['another type of the family', ask({ instanceType: 't3.small' }), { credits: 'standard' }, /CPU options.*t3.small/],
    ['a type without credits', ask({ instanceType: 'm5.large' }), {}, /CPU options/],
    ['another subnet', ask({ subnetId: 'subnet-new' }), { monitoring: true }, /interface at index 1: .*another place/],
    ['another zone', ask({ availabilityZone: 'eu-central-1b' }), { monitoring: true }, /interface at index 1/],
    ['an EFA', ask({}, point({ networkInterfaces: [card(0), card(1, { type: 'efa' })] })), {}, /\(efa\)/],
    ['hibernation, root not encrypted', ask({}, point({ hibernation: true })), {}, /Hibernation/],
    ['hibernation, root encrypted', ask({}, point({ hibernation: true }, true)), { hibernation: true }, undefined],
    [
      'hibernation, root encrypted by the restore',
      { ...ask({}, point({ hibernation: true })), kmsKeyId: 'alias/k' },
      { hibernation: true },
      undefined,
    ],
    ['a dedicated host', ask({}, point({ tenancy: 'host', hostId: 'h-1' })), { tenancy: 'host' }, /host h-1/],
    ['what was not readable', ask({}, point({ unreadable: ['the user data'] })), {}, /backed up: the user data\.$/],
  ];
  for (const [name, asked, has, says] of table) {
    test(name, () => {
      const { launch, leavesOut } = planSettings(asked);
      assert.deepEqual({ ...launch, ...has }, launch);
      if (says) assert.match(leavesOut.join('\n'), says);
      else assert.deepEqual(leavesOut, []);
      const isSameType = asked.target.instanceType === undefined;
      assert.equal(launch.cpu !== undefined, isSameType);
      assert.equal(launch.ebsOptimized !== undefined, isSameType);
      assert.equal(launch.hibernation ?? false, has.hibernation ?? false);
      if (/interface/.test(says?.source ?? '')) assert.equal(launch.furtherInterfaces, undefined);
      if (asked.target.instanceType === 'm5.large') assert.equal(launch.credits, undefined);
    });
  }

  test('other security groups hold for all its interfaces', () => {
    const { launch } = planSettings(ask({ securityGroupIds: ['sg-quarantine'] }));
    assert.deepEqual(launch.furtherInterfaces?.[0]?.securityGroupIds, ['sg-quarantine']);
  });

  test('the source/destination check goes off at the end, with one interface; with several it is said that it cannot', () => {
    const one = planSettings(ask({}, point({ sourceDestCheck: false, networkInterfaces: [card(0)] })));
    assert.equal(one.atTheEnd.sourceDestCheck, false);
    const two = planSettings(ask({}, point({ sourceDestCheck: false })));
    assert.equal(two.atTheEnd.sourceDestCheck, undefined);
    assert.match(two.leavesOut.join(), /source\/destination check/);
  });
});

test('what anybody reads of a recovery point, and of a restore before it is done, shows no user data and no address', () => {
  const secret = point();
  const counts = { volumeTagsLeftOut: 0, awsTagsLeftOut: 0 };
  const target = { kind: 'new-instance' as const };
  const words = restoreWords({ target, point: secret, path: 'image', volumes: secret.volumes, ...counts });
  assert.match(words.creates.join('\n'), /user data/);
  const views = [
    { kind: 'tenant', accountId: '222222222222', hypervisorId: A } as const,
    { kind: 'operator' } as const,
  ].map((audience) => recoveryPointView(secret, audience));
  const said = JSON.stringify([views, words]);
  for (const hidden of [USER_DATA, 'hunter2', 'dWVmaQ==', '172.31.0.9']) assert.ok(!said.includes(hidden), hidden);
});
