import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScheduleFields } from '../../core/contracts/plans.ts';
import { InvalidRequest } from '../../core/domain/errors.ts';
import { checkSchedule, nextDue, previousDue } from '../../core/domain/schedule-times.ts';

const at = (text: string): number => Date.parse(text);
const schedule = (expression: string, timeZone = 'UTC') => ScheduleFields.parse({ expression, timeZone });
const times = (expression: string, from: string, count: number, timeZone?: string): string[] => {
  const found: string[] = [];
  for (let after = at(from); found.length < count; ) {
    const next = nextDue(schedule(expression, timeZone), after, at(from));
    if (next === undefined) break;
    found.push(new Date(next).toISOString().slice(0, 16));
    after = next;
  }
  return found;
};

test('days of the week are counted from Sunday, as EventBridge Scheduler does', () => {
  // 2026-01-01 is a Thursday
  assert.deepEqual(times('cron(0 2 ? * 1 *)', '2026-01-01T00:00Z', 2), ['2026-01-04T02:00', '2026-01-11T02:00']);
  assert.deepEqual(times('cron(0 2 ? * 7 *)', '2026-01-01T00:00Z', 1), ['2026-01-03T02:00']);
  assert.deepEqual(times('cron(0 2 ? * MON-FRI *)', '2026-01-02T03:00Z', 1), ['2026-01-05T02:00']);
  assert.deepEqual(times('cron(0 2 ? * L *)', '2026-01-01T00:00Z', 1), ['2026-01-03T02:00']);
  assert.deepEqual(times('cron(0 2 ? * 6L *)', '2026-01-01T00:00Z', 1), ['2026-01-30T02:00']);
  assert.deepEqual(times('cron(0 2 ? * 3#2 *)', '2026-01-01T00:00Z', 1), ['2026-01-13T02:00']);
});

test('days of the month, steps and years', () => {
  assert.deepEqual(times('cron(0 2 L * ? *)', '2026-01-31T03:00Z', 1), ['2026-02-28T02:00']);
  assert.deepEqual(times('cron(0 2 3W * ? *)', '2026-01-01T00:00Z', 1), ['2026-01-02T02:00']);
  assert.deepEqual(times('cron(1/20 2 * * ? *)', '2026-01-01T00:00Z', 3), [
    '2026-01-01T02:01',
    '2026-01-01T02:21',
    '2026-01-01T02:41',
  ]);
  assert.deepEqual(times('cron(0 2 1 1 ? 2026)', '2026-01-01T03:00Z', 1), []);
});

test('a time zone counts, and daylight saving: a skipped time does not come, a repeated one comes once', () => {
  assert.deepEqual(times('cron(0 2 * * ? *)', '2026-07-01T12:00Z', 1, 'Europe/Berlin'), ['2026-07-02T00:00']);
  // 2026-03-29: 02:00 becomes 03:00
  assert.deepEqual(times('cron(30 2 * * ? *)', '2026-03-28T12:00Z', 1, 'Europe/Berlin'), ['2026-03-30T00:30']);
  // 2026-10-25: 03:00 becomes 02:00
  assert.deepEqual(times('cron(30 2 * * ? *)', '2026-10-24T12:00Z', 2, 'Europe/Berlin'), [
    '2026-10-25T00:30',
    '2026-10-26T01:30',
  ]);
  assert.deepEqual(times('cron(0/30 2 * * ? *)', '2026-10-24T12:00Z', 3, 'Europe/Berlin'), [
    '2026-10-25T00:00',
    '2026-10-25T00:30',
    '2026-10-26T01:00',
  ]);
});

test('the newest time that has come, also at the very moment', () => {
  const nightly = schedule('cron(0 2 * * ? *)');
  assert.equal(previousDue(nightly, at('2026-01-05T02:00:00Z'), 0), at('2026-01-05T02:00:00Z'));
  assert.equal(previousDue(nightly, at('2026-01-05T01:59:59Z'), 0), at('2026-01-04T02:00:00Z'));
  assert.equal(previousDue(schedule('cron(0 2 1 1 ? 2030)'), at('2026-01-01T00:00Z'), 0), undefined);
});

test('a rate is counted from its anchor', () => {
  const six = schedule('rate(6 hours)');
  const anchor = at('2026-01-01T01:00Z');
  assert.equal(nextDue(six, at('2026-01-01T00:00Z'), anchor), anchor);
  assert.equal(nextDue(six, anchor, anchor), at('2026-01-01T07:00Z'));
  assert.equal(previousDue(six, at('2026-01-01T14:00Z'), anchor), at('2026-01-01T13:00Z'));
  assert.equal(previousDue(six, at('2026-01-01T00:00Z'), anchor), undefined);
});

test('what Scheduler would not take is refused, naming the field', () => {
  const refused = (expression: string, timeZone: string, field: string) =>
    assert.throws(
      () => checkSchedule({ expression, timeZone }, 'schedule'),
      (error) =>
        error instanceof InvalidRequest && error.field === `schedule.${field}` && error.message.startsWith(error.field),
      `${expression} ${timeZone}`,
    );
  for (const bad of [
    'cron(61 2 * * ? *)',
    'cron(0 2 * * * *)',
    'cron(0 2 ? * ? *)',
    'cron(0 2 ? * 0 *)',
    'cron(0 2 ? * 8 *)',
    'cron(0 2 30 2 ? *)',
    'cron(0 2 x * ? *)',
    'cron(0 2 * * ? 1999-2000x)',
  ])
    refused(bad, 'UTC', 'expression');
  for (const zone of ['Europe/Berlim', '+01:00', 'Local', '../etc']) refused('cron(0 2 * * ? *)', zone, 'timeZone');
  for (const [good, zone] of [
    ['cron(0 2 * * ? *)', 'Europe/Berlin'],
    ['cron(0 2 ? * 2-6 *)', 'UTC'],
    ['cron(0 2 ? * SUN,SAT 2026-2199)', 'America/New_York'],
    ['rate(1 minute)', 'UTC'],
  ] as const)
    checkSchedule({ expression: good, timeZone: zone }, 'schedule');
});
