import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentence } from '../../console/parts/sentence.ts';

test('what a step says becomes a sentence; ids and names at its beginning stay as they are', () => {
  for (const [said, shown] of [
    ['there is no instance i-1', 'There is no instance i-1.'],
    ['no access node finished 1 of 1 orders: each waited', 'No access node finished 1 of 1 orders: each waited.'],
    ['i-0123 is locked by job-1', 'i-0123 is locked by job-1.'],
    ['ec2:CreateSnapshots is refused', 'ec2:CreateSnapshots is refused.'],
    ['The library is full.', 'The library is full.'],
    ['is it there?', 'Is it there?'],
    ['it said “no”', 'It said “no”.'],
    ['', ''],
  ])
    assert.equal(sentence(String(said)), shown);
});
