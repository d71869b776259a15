import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { StartRestore } from '../../core/contracts/job-requests.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { decideRestore, type RestoreAsk } from '../../core/domain/restore-decision.ts';
import { chooseDevices } from '../../core/domain/restore-devices.ts';
import { nextMoves, type Swap } from '../../core/domain/restore-swap.ts';
import { replacedWords } from '../../core/domain/restore-words.ts';
import type { DescribedVolume } from '../../core/ports/tenant-volumes.ts';
import { A, aPoint, aVolume } from '../adapters/records.ts';

const INSTANCE = 'i-00000001';
const root = { ...aVolume(0, [10]), device: '/dev/xvda', tags: { Name: 'root', 'aws:a': '1' } };
const data = { ...aVolume(1, [10]), device: '/dev/sdf', dataBlocks: 7 };
const point = (more: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  ...aPoint(A, INSTANCE, [root, data]),
  state: 'available',
  ...more,
});
const ask = (body: object = {}): RestoreAsk => StartRestore.parse({ recoveryPointId: 'rp-00000000', ...body });

describe('where the data is taken from', () => {
  const snapshot = point({ kind: 'snapshot' });
  const copy = point({ kind: 'backup-copy', copyOf: snapshot.recoveryPointId });
  const gone = (of: RecoveryPoint): RecoveryPoint => ({ ...of, state: 'expired' });
  const table: readonly [string, RestoreAsk['from'], RecoveryPoint, RecoveryPoint | undefined, RegExp][] = [
    ['a snapshot without copy', 'nearest', snapshot, undefined, /^snapshot$/],
    ['a snapshot that is copied', 'nearest', snapshot, copy, /^snapshot$/],
    ['the copy of a snapshot', 'nearest', copy, snapshot, /^snapshot$/],
    ['the copy of an expired snapshot', 'nearest', copy, gone(snapshot), /^library$/],
    ['an expired snapshot that is copied', 'nearest', gone(snapshot), copy, /^library$/],
    ['a streaming backup', 'nearest', point(), undefined, /^library$/],
    ['told: the library', 'library', snapshot, copy, /^library$/],
    ['told: the snapshot', 'snapshot', copy, snapshot, /^snapshot$/],
    [
      'told: the snapshot, expired',
      'snapshot',
      copy,
      gone(snapshot),
      /from: .*not there as a snapshot; it is in the library \(rp-/,
    ],
    [
      'told: the library, never copied',
      'library',
      snapshot,
      undefined,
      /from: .*not in the library; it is there as a snapshot/,
    ],
    ['told: the snapshot of a streaming backup', 'snapshot', point(), undefined, /from: .*not there as a snapshot/],
    ['both expired', 'nearest', gone(snapshot), gone(copy), /recoveryPointId: .*expired/],
    ['pending', 'nearest', point({ state: 'pending' }), undefined, /recoveryPointId: .*not complete yet/],
    ['abandoned', 'library', point({ state: 'abandoned' }), undefined, /recoveryPointId: .*given up/],
  ];
  for (const [name, from, named, sibling, expected] of table) {
    test(name, () => {
      const decision = decideRestore({ ...ask(), from }, named, sibling);
      assert.match(decision.action === 'restore' ? decision.place : `${decision.field}: ${decision.reason}`, expected);
      if (decision.action !== 'restore') return;
      assert.equal(decision.point.kind === 'snapshot', decision.place === 'snapshot');
      assert.equal(decision.dataBytes > 0, decision.place === 'library');
    });
  }
});

describe('snapshots that the tenant has deleted', () => {
  const snapshot = point({ kind: 'snapshot' });
  const copy = point({ kind: 'backup-copy', copyOf: snapshot.recoveryPointId });
  const gone = [data.snapshotId];
  const inLibrary = { action: 'restore', place: 'library', point: copy } as const;

  test('nearest goes on from the library, and says why and where', () => {
    for (const [named, sibling] of [
      [snapshot, copy],
      [copy, snapshot],
    ] as const) {
      const decision = decideRestore(ask(), named, sibling, gone);
      assert.partialDeepStrictEqual(decision, { ...inLibrary, volumeTags: 'leave-out' });
      assert.ok(decision.action === 'restore' && decision.fromReason?.includes(data.snapshotId));
      assert.ok(decision.fromReason?.includes(copy.recoveryPointId));
    }
  });

  test('the library was asked for: no word about snapshots', () => {
    const decision = decideRestore({ ...ask(), from: 'library' }, snapshot, copy, gone);
    assert.partialDeepStrictEqual(decision, inLibrary);
    assert.equal('fromReason' in decision, false);
  });

  test('only snapshots were asked for: refused, naming those that are gone and where the data is', () => {
    const decision = decideRestore({ ...ask(), from: 'snapshot' }, snapshot, copy, gone);
    assert.ok(decision.action === 'refuse' && decision.field === 'from');
    assert.equal(decision.error, 'RecoveryPointUnavailable');
    for (const word of [data.snapshotId, copy.recoveryPointId]) assert.ok(decision.reason.includes(word), word);
    assert.ok(!decision.reason.includes(root.snapshotId));
  });

  test('there is no copy, or none any more: refused, naming them', () => {
    for (const sibling of [undefined, { ...copy, state: 'expired' as const }]) {
      for (const from of ['nearest', 'snapshot'] as const) {
        const decision = decideRestore({ ...ask(), from }, snapshot, sibling, gone);
        assert.ok(decision.action === 'refuse' && decision.error === 'RecoveryPointUnavailable');
        assert.match(decision.reason, /no copy of it in the library/);
        assert.ok(decision.reason.includes(data.snapshotId));
      }
    }
  });

  test('dozens of them are counted, not listed', () => {
    const many = Array.from({ length: 40 }, (_, i) => `snap-${String(i).padStart(8, '0')}`);
    const decision = decideRestore(ask(), snapshot, undefined, many);
    assert.ok(decision.action === 'refuse' && /snap-00000004 and 35 more are not/.test(decision.reason));
  });
});

describe('O9: volume tags', () => {
  const table = [
    ['snapshot', undefined, 'restore', 0],
    ['snapshot', 'leave-out', 'leave-out', 3],
    ['streaming', undefined, 'leave-out', 3],
    ['streaming', 'restore', 'restore', 0],
    ['backup-copy', undefined, 'leave-out', 3],
    ['backup-copy', 'restore', 'restore', 0],
  ] as const;
  for (const [kind, volumeTags, decided, leftOut] of table) {
    test(`from a ${kind} point, ${volumeTags ?? 'nothing said'}: ${decided}`, () => {
      const decision = decideRestore(ask(volumeTags ? { volumeTags } : {}), point({ kind }), undefined);
      assert.ok(decision.action === 'restore');
      assert.deepEqual(
        [decision.volumeTags, decision.volumeTagsLeftOut, decision.awsTagsLeftOut],
        [decided, leftOut, 1],
      );
      assert.equal(decision.leavesOut.includes('3 tags of volumes.'), leftOut === 3);
      assert.ok(decision.leavesOut.includes('1 tag of volumes that only AWS can set (aws:…).'));
    });
  }

  test('tags for which there is no room beside ours are counted, too', () => {
    const tags = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'v']));
    const decision = decideRestore(ask(), point({ kind: 'snapshot', volumes: [{ ...root, tags }] }), undefined);
    assert.ok(decision.action === 'restore');
    assert.equal(decision.volumeTagsLeftOut, 50 - 43);
  });
});

describe('what is refused', () => {
  const inPlace = { kind: 'in-place', overwrite: true };
  const noRoot = point({ volumes: [data] });
  const table: readonly [string, object, RecoveryPoint, string, RegExp][] = [
    [
      'a volume that the point has not',
      { kind: 'volumes', volumeIds: ['vol-99999999'] },
      point(),
      'target.volumeIds',
      /no volume vol-99999999/,
    ],
    [
      'a volume named twice',
      { kind: 'volumes', volumeIds: [root.volumeId, root.volumeId] },
      point(),
      'target.volumeIds',
      /twice/,
    ],
    ['a new instance without root volume', { kind: 'new-instance' }, noRoot, 'target.kind', /no root volume/],
    ['in place, all of it, without root volume', inPlace, noRoot, 'target.volumeIds', /no root volume/],
    [
      'a device for a volume that is not attached',
      { kind: 'attach', instanceId: INSTANCE, volumeIds: [data.volumeId], devices: { [root.volumeId]: '/dev/sdg' } },
      point(),
      'target.devices',
      /not among/,
    ],
    [
      'a device named twice',
      { kind: 'attach', instanceId: INSTANCE, devices: { [root.volumeId]: 'xvdg', [data.volumeId]: '/dev/sdg' } },
      point(),
      'target.devices',
      /twice/,
    ],
  ];
  for (const [name, target, of, field, reason] of table) {
    test(name, () => {
      const decision = decideRestore(ask({ target }), of, undefined);
      assert.ok(decision.action === 'refuse', 'it is refused');
      assert.equal(decision.field, field);
      assert.match(decision.reason, reason);
    });
  }
  test('in place, one data volume of a point without root volume, is not', () => {
    const target = { ...inPlace, volumeIds: [data.volumeId] };
    assert.equal(decideRestore(ask({ target }), noRoot, undefined).action, 'restore');
  });
});

test('it is told in sentences what is made, replaced and left out', () => {
  const target = { kind: 'in-place', overwrite: true, volumeIds: [data.volumeId], replacedVolumes: 'remove' };
  const decision = decideRestore(ask({ target, kmsKeyId: 'alias/mine' }), point(), undefined);
  assert.ok(decision.action === 'restore');
  assert.deepEqual(decision.creates, [
    `A volume of 2 GiB (gp3) with what was on ${data.volumeId} at /dev/sdf, encrypted under alias/mine.`,
  ]);
  assert.deepEqual(decision.replaces, [
    '/dev/sdf: the volume that is there now is replaced by a new volume of 2 GiB.',
    `${INSTANCE} is stopped meanwhile, and started again if it ran.`,
    'The replaced volumes are removed once the restore has succeeded.',
  ]);
  assert.equal(decision.leavesOut[0], `The volume ${root.volumeId} at /dev/xvda of the recovery point.`);
});

test('in place, a device that has no volume any more gets one', () => {
  const target = { kind: 'in-place', overwrite: true, replacedVolumes: 'keep' } as const;
  const of = { target, point: point(), volumes: point().volumes };
  const lines = replacedWords(of, (device) => (device === '/dev/sdf' ? undefined : 'vol-0new'));
  assert.deepEqual(lines.slice(0, 2), [
    '/dev/xvda: vol-0new is replaced by a new volume of 2 GiB.',
    '/dev/sdf: nothing is there now; a new volume of 2 GiB is attached.',
  ]);
});

test('licensed platforms are launched from a donor image, others from one of their own volumes', () => {
  const path = (platform: string): string => {
    const decision = decideRestore(ask(), point({ instance: { ...point().instance, platform } }), undefined);
    return decision.action === 'restore' ? decision.path : decision.reason;
  };
  assert.deepEqual(['Linux/UNIX', 'Windows', 'Red Hat Enterprise Linux'].map(path), ['image', 'donor', 'donor']);
});

test('devices: what was asked for, then the first free ones, as the platform calls them', () => {
  const choose = (platform: string, asked: Record<string, string>, taken: string[]) =>
    Object.fromEntries(chooseDevices(INSTANCE, platform, ['vol-1', 'vol-2'], asked, taken));
  assert.deepEqual(choose('Linux/UNIX', {}, ['/dev/xvda', 'xvdf']), { 'vol-1': '/dev/sdg', 'vol-2': '/dev/sdh' });
  assert.deepEqual(choose('Windows', { 'vol-2': 'xvdf' }, ['/dev/sda1']), { 'vol-2': 'xvdf', 'vol-1': 'xvdg' });
  assert.throws(() => choose('Linux/UNIX', { 'vol-1': '/dev/sdf' }, ['xvdf']), { name: 'VolumeFailed' });
  const all = [...'fghijklmnop'].map((letter) => `/dev/sd${letter}`);
  assert.throws(() => choose('Linux/UNIX', {}, all), /no free device/);
});

test('volumes are swapped from wherever a crash left them, and a device never has to hold two', () => {
  const state = fc.constantFrom('old', 'leaving', 'free', 'coming', 'new');
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 8 }), (states) => {
      const swaps: Swap[] = states.map((_, i) => ({ device: `/dev/sd${i}`, out: `old-${i}`, in: `new-${i}` }));
      const volumes = new Map<string, DescribedVolume>();
      const put = (volumeId: string, device?: string, at = 'attached'): void => {
        const attachment = device === undefined ? {} : { attachment: { instanceId: INSTANCE, device, state: at } };
        const base = { volumeId, sizeGiB: 1, availabilityZone: 'a', tags: {} };
        volumes.set(volumeId, { ...base, state: device === undefined ? 'available' : 'in-use', ...attachment });
      };
      states.forEach((each, i) => {
        const device = `/dev/sd${i}`;
        put(
          `old-${i}`,
          each === 'old' || each === 'leaving' ? device : undefined,
          each === 'leaving' ? 'detaching' : 'attached',
        );
        put(
          `new-${i}`,
          each === 'coming' || each === 'new' ? device : undefined,
          each === 'coming' ? 'attaching' : 'attached',
        );
      });
      for (let looks = 0; looks < 6; looks++) {
        const { moves, settled, blocked } = nextMoves(INSTANCE, swaps, [...volumes.values()]);
        assert.deepEqual(blocked, []);
        if (settled) {
          for (const swap of swaps) assert.equal(volumes.get(swap.in ?? '')?.attachment?.device, swap.device);
          for (const swap of swaps) assert.equal(volumes.get(swap.out ?? '')?.attachment, undefined);
          return;
        }
        for (const { volumeId, attachment } of [...volumes.values()]) {
          if (attachment?.state === 'attaching') put(volumeId, attachment.device);
          if (attachment?.state === 'detaching') put(volumeId);
        }
        for (const move of moves) {
          if (move.move === 'detach') put(move.volumeId, volumes.get(move.volumeId)?.attachment?.device, 'detaching');
          else {
            const isTaken = [...volumes.values()].some(({ attachment }) => attachment?.device === move.device);
            assert.equal(isTaken, false, `${move.device} is free`);
            put(move.volumeId, move.device, 'attaching');
          }
        }
      }
      assert.fail('it never settles');
    }),
  );
});
