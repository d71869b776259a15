import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf } from '../../console/parts/overview/day.ts';

const NOW = Date.UTC(2026, 0, 2, 12, 30);
const HOUR = 3_600_000;
const at = (ms: number): string => new Date(ms).toISOString();

test('each job of the day is in the hour in which it was started, by how it ended; none is lost', () => {
  const jobs = [
    { state: 'completed', createdAt: at(NOW - 3 * HOUR), startedAt: at(NOW - 2 * HOUR) },
    { state: 'failed', createdAt: at(NOW - 2 * HOUR) },
    { state: 'completed with errors', createdAt: at(NOW - 2 * HOUR) },
    { state: 'cancelled', createdAt: at(NOW) },
    // under way since before the day, and one whose clock is ahead of the browser's
    { state: 'running', createdAt: at(NOW - 90 * HOUR) },
    { state: 'queued', createdAt: at(NOW + 5 * HOUR) },
  ] as const;
  const { hours, counts } = dayOf(jobs, NOW - 24 * HOUR, NOW);
  assert.equal(hours.length, 24, 'no hour of the clock twice');
  assert.deepEqual([hours[0], hours[23]], [new Date(Date.UTC(2026, 0, 1, 13)), new Date(Date.UTC(2026, 0, 2, 12))]);
  const filled = Object.entries(counts).map(([ending, all]) => [
    ending,
    all.flatMap((count, hour) => (count > 0 ? [[hour, count]] : [])),
  ]);
  assert.deepEqual(Object.fromEntries(filled), {
    completed: [[21, 1]],
    errors: [[21, 2]],
    stopped: [[23, 1]],
    open: [
      [0, 1],
      [23, 1],
    ],
  });
});
