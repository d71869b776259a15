import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLOCK_BYTES } from '../../core/contracts/ids.ts';
import type { JobInstance } from '../../core/domain/job.ts';
import { instanceProgress, volumeViews } from '../../core/domain/progress-view.ts';

const START = 1_000_000;
const NOTHING = { bytes: 0, zero: 0, deduplicated: 0, stored: 0, storedBytes: 0 };

const viewsAt = (ms: number, child: Partial<JobInstance>) =>
  Object.fromEntries(
    (volumeViews(child as JobInstance, START + ms, (reason) => reason) ?? []).map((view) => [view.volumeId, view]),
  );

test('each volume has its own pace, from when it was begun until it is done', () => {
  const child = {
    volumes: [
      { volumeId: 'vol-a', level: 'full', reason: 'there is no earlier point' },
      { volumeId: 'vol-b', level: 'incremental' },
      { volumeId: 'vol-c', level: 'incremental' },
    ],
    progress: {
      'vol-a': { ...NOTHING, bytes: 100 * BLOCK_BYTES, stored: 100, zero: 300, plannedBlocks: 800, startedAt: START },
      'vol-b': {
        ...NOTHING,
        bytes: 50 * BLOCK_BYTES,
        deduplicated: 50,
        plannedBlocks: 50,
        startedAt: START,
        movedAt: START + 5_000,
      },
      'vol-c': { ...NOTHING, plannedBlocks: 0 },
    },
  } as const;
  const { 'vol-a': a, 'vol-b': b, 'vol-c': c } = viewsAt(10_000, child);
  assert.deepEqual([a?.level, a?.reason], ['full', 'there is no earlier point']);
  assert.deepEqual([a?.plannedBytes, a?.doneBytes], [800 * BLOCK_BYTES, 400 * BLOCK_BYTES]);
  assert.deepEqual([a?.rate, a?.secondsLeft], [10 * BLOCK_BYTES, 10], 'as long again for the other half');
  assert.deepEqual([b?.rate, b?.secondsLeft], [10 * BLOCK_BYTES, undefined], 'done: its pace stands');
  assert.deepEqual([c?.plannedBytes, c?.doneBytes, c?.rate], [0, 0, undefined]);
});

test('volumes of a restore have no level, and those of a job of before it was measured no progress', () => {
  const restore = viewsAt(0, { progress: { 'vol-a': { ...NOTHING, plannedBlocks: 4 } } });
  assert.deepEqual(restore['vol-a'], {
    volumeId: 'vol-a',
    plannedBytes: 4 * BLOCK_BYTES,
    doneBytes: 0,
    counters: NOTHING,
  });
  const before = viewsAt(0, { volumes: [{ volumeId: 'vol-a', level: 'full' }] });
  assert.deepEqual(before['vol-a'], { volumeId: 'vol-a', level: 'full' });
  assert.equal(
    volumeViews({} as JobInstance, START, () => undefined),
    undefined,
  );
});

test('a later attempt’s pace is of what it has moved itself', () => {
  const before = { ...NOTHING, bytes: 700 * BLOCK_BYTES, stored: 700 };
  // a hundred blocks in ten seconds, after seven hundred of the attempt before; two hundred are left
  const now = { ...NOTHING, bytes: 800 * BLOCK_BYTES, stored: 800, plannedBlocks: 1_000 };
  const child = {
    plannedBlocks: 1_000,
    counters: now,
    countedBefore: before,
    transferStartedAt: START,
    progress: { 'vol-a': { ...now, before, startedAt: START } },
  } as unknown as JobInstance;
  const expected = {
    plannedBytes: 1_000 * BLOCK_BYTES,
    doneBytes: 800 * BLOCK_BYTES,
    rate: 10 * BLOCK_BYTES,
    secondsLeft: 20,
  };
  assert.deepEqual(instanceProgress(child, START + 10_000), expected);
  const { counters: _, ...volume } = viewsAt(10_000, child)['vol-a'] ?? {};
  assert.deepEqual(volume, { volumeId: 'vol-a', ...expected });
  const idle = { ...child, counters: before } as unknown as JobInstance;
  assert.equal(instanceProgress(idle, START + 10_000).secondsLeft, undefined, 'nothing yet: who knows');
});
