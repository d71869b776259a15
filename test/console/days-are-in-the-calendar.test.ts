import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDay } from '../../console/parts/instances/day.ts';

test('a day in an address is one of the calendar, or none', () => {
  for (const day of ['2026-11-23', '2024-02-29', '0001-01-01']) assert.equal(isDay(day), true, day);
  for (const none of [
    '',
    '2026-99-99',
    '2026-02-30',
    '2025-02-29',
    '2026-00-10',
    '2026-1-1',
    ' 2026-11-23',
    '2026-11-23T00:00Z',
  ])
    assert.equal(isDay(none), false, none);
});
