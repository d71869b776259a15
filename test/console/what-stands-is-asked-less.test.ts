import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pollOf } from '../../console/parts/poll.ts';

test('what moves is asked for often, what has waited for a while every ten seconds', () => {
  const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
  for (const state of ['running', 'cancelling'])
    assert.equal(pollOf({ state, createdAt: ago(3_600_000) }, 2_000), 2_000, state);
  for (const state of ['queued', 'waiting', 'suspended']) {
    assert.equal(pollOf({ state, createdAt: ago(3_600_000) }, 2_000), 10_000, state);
    assert.equal(pollOf({ state, createdAt: ago(1_000) }, 2_000), 2_000, 'only just asked for');
  }
});
