import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pollOf, pollOfDay } from '../../console/parts/poll.ts';

test('what moves is asked for often, what has waited for a while every ten seconds', () => {
  const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
  for (const state of ['running', 'cancelling'])
    assert.equal(pollOf({ state, createdAt: ago(3_600_000) }, 2_000), 2_000, state);
  for (const state of ['queued', 'waiting', 'suspended']) {
    assert.equal(pollOf({ state, createdAt: ago(3_600_000) }, 2_000), 10_000, state);
    assert.equal(pollOf({ state, createdAt: ago(1_000) }, 2_000), 2_000, 'only just asked for');
  }
});

test('a day of many jobs is asked for less often', () => {
  assert.deepEqual([0, 200, 201, 1_000].map(pollOfDay), [15_000, 15_000, 60_000, 60_000]);
});
