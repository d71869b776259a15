import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseExpression } from '../../local/scheduler/schedule-expression.ts';

const iso = (time: number | undefined): string =>
  time === undefined ? 'never' : new Date(time).toISOString().replace('.000Z', 'Z');

/** The first `count` due times from `from` on. */
const due = (expression: string, from: string, count = 1, zone = 'UTC'): string[] => {
  const timetable = parseExpression(expression, zone);
  const times: string[] = [];
  let next = timetable.next(Date.parse(from), Date.parse(from));
  while (next !== undefined && times.length < count) {
    times.push(iso(next));
    next = timetable.next(next + 1, Date.parse(from));
  }
  return times;
};

test('cron fields mean what AWS says', () => {
  // 1 January 2026 is a Thursday.
  const from = '2026-01-01T00:00:00Z';
  const cases: readonly [string, ...string[]][] = [
    ['cron(0 8 * * ? *)', '2026-01-01T08:00:00Z', '2026-01-02T08:00:00Z'],
    ['cron(0 8 * * ?)', '2026-01-01T08:00:00Z', '2026-01-02T08:00:00Z'],
    ['cron(0 8 ? * * *)', '2026-01-01T08:00:00Z', '2026-01-02T08:00:00Z'],
    ['cron(0/15 * * * ? *)', '2026-01-01T00:00:00Z', '2026-01-01T00:15:00Z', '2026-01-01T00:30:00Z'],
    ['cron(*/20 * * * ? *)', '2026-01-01T00:00:00Z', '2026-01-01T00:20:00Z', '2026-01-01T00:40:00Z'],
    ['cron(1/10 0 * * ? *)', '2026-01-01T00:01:00Z', '2026-01-01T00:11:00Z', '2026-01-01T00:21:00Z'],
    ['cron(0-15/5 8-8 ? * 2-6 *)', '2026-01-01T08:00:00Z', '2026-01-01T08:05:00Z', '2026-01-01T08:10:00Z'],
    ['cron(5,35 9 * * ? *)', '2026-01-01T09:05:00Z', '2026-01-01T09:35:00Z', '2026-01-02T09:05:00Z'],
    // Hours over midnight.
    ['cron(0 22-1 * * ? *)', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z', '2026-01-01T22:00:00Z'],
    // Days of the week count from Sunday as 1.
    ['cron(0 0 ? * 1 *)', '2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z'],
    ['cron(0 0 ? * 7 *)', '2026-01-03T00:00:00Z', '2026-01-10T00:00:00Z'],
    ['cron(0 0 ? * SUN *)', '2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z'],
    ['cron(0 0 ? * 2-6 *)', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-05T00:00:00Z'],
    ['cron(0 0 ? * MON-FRI *)', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-05T00:00:00Z'],
    ['cron(0 0 ? * fri-mon *)', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', '2026-01-04T00:00:00Z'],
    ['cron(0 0 ? * MON,WED *)', '2026-01-05T00:00:00Z', '2026-01-07T00:00:00Z', '2026-01-12T00:00:00Z'],
    // The last day of the week, the last Friday of the month, the second Tuesday.
    ['cron(0 0 ? * L *)', '2026-01-03T00:00:00Z', '2026-01-10T00:00:00Z'],
    ['cron(15 10 ? * 6L 2026-2027)', '2026-01-30T10:15:00Z', '2026-02-27T10:15:00Z', '2026-03-27T10:15:00Z'],
    ['cron(15 10 ? * FRIL *)', '2026-01-30T10:15:00Z', '2026-02-27T10:15:00Z'],
    ['cron(0 0 ? * 3#2 *)', '2026-01-13T00:00:00Z', '2026-02-10T00:00:00Z'],
    ['cron(0 0 ? * TUE#2 *)', '2026-01-13T00:00:00Z', '2026-02-10T00:00:00Z'],
    ['cron(0 0 ? * 3#5 *)', '2026-03-31T00:00:00Z', '2026-06-30T00:00:00Z'],
    // The last day of the month, and the working day nearest to a day, never in another month.
    ['cron(0 0 L * ? *)', '2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z'],
    ['cron(0 0 15,L * ? *)', '2026-01-15T00:00:00Z', '2026-01-31T00:00:00Z', '2026-02-15T00:00:00Z'],
    ['cron(0 0 15W 2 ? *)', '2026-02-16T00:00:00Z', '2027-02-15T00:00:00Z'],
    ['cron(0 0 1W 8 ? *)', '2026-08-03T00:00:00Z'],
    ['cron(0 0 31W 1 ? *)', '2026-01-30T00:00:00Z'],
    ['cron(0 0 1 JAN,jul ? *)', '2026-01-01T00:00:00Z', '2026-07-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['cron(0 0 1 1/6 ? *)', '2026-01-01T00:00:00Z', '2026-07-01T00:00:00Z'],
    ['cron(0 0 29 2 ? *)', '2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z'],
    ['cron(0 0 1 1 ? 2027-2031/2)', '2027-01-01T00:00:00Z', '2029-01-01T00:00:00Z', '2031-01-01T00:00:00Z'],
    ['cron(0 0 1 1 ? 2199)', '2199-01-01T00:00:00Z'],
  ];
  for (const [expression, ...times] of cases) assert.deepEqual(due(expression, from, times.length), times, expression);
});

test('a cron schedule of past years or of days that do not exist is never due', () => {
  assert.deepEqual(due('cron(0 0 1 1 ? 2020-2025)', '2026-01-01T00:00:00Z'), []);
  assert.deepEqual(due('cron(0 0 30 2 ? *)', '2026-01-01T00:00:00Z'), []);
});

test('a due time counts from the minute that begins, not from the one that has begun', () => {
  assert.deepEqual(due('cron(0 8 * * ? *)', '2026-01-01T08:00:00Z'), ['2026-01-01T08:00:00Z']);
  assert.deepEqual(due('cron(0 8 * * ? *)', '2026-01-01T08:00:00.001Z'), ['2026-01-02T08:00:00Z']);
  assert.deepEqual(due('cron(* * * * ? *)', '2026-01-01T08:00:59.999Z'), ['2026-01-01T08:01:00Z']);
});

test('expressions that AWS refuses are refused in its words', () => {
  for (const expression of [
    // Recorded from AWS.
    'cron(0 1 * * * *)',
    'cron(7 20 * * NOT *)',
    'cron(INVALID)',
    'cron(0 dummy ? * MON-FRI *)',
    'cron(71 8 1 * ? *)',
    'cron()',
    'rate(10 seconds)',
    'rate(10 years)',
    'rate()',
    'rate(10)',
    'rate(10 minutess)',
    'rate(foo minutes)',
    'rate(-10 minutes)',
    'rate( 10 minutes )',
    ' rate(10 minutes)',
    'at(2021-12-31T23:59:59Z)',
    'at(2021-12-31)',
    // From the fields' documented values.
    '0 8 * * ? *',
    'cron(0 8 1 * 2 *)',
    'cron(0 8 ? * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 8 0 * ? *)',
    'cron(0 8 32 * ? *)',
    'cron(0 8 * 13 ? *)',
    'cron(0 8 ? * 0 *)',
    'cron(0 8 ? * 8 *)',
    'cron(0 8 ? * 3#6 *)',
    'cron(0 8 ? * 3#1,6#3 *)',
    'cron(0 8 32W * ? *)',
    'cron(0 8 L,? * ? *)',
    'cron(0 8 LW * ? *)',
    'cron(0/0 8 * * ? *)',
    'cron(*-5 8 * * ? *)',
    'cron(0 8 * * ? 1969)',
    'cron(0 8 * * ? 2200)',
    'cron(0 8 * * ? 2030-2028)',
    'cron(0 8 * * ? * *)',
    'cron(0, 8 * * ? *)',
    'rate(0 minutes)',
    'rate(1.5 hours)',
    'at(2026-02-29T00:00:00)',
    'at(2026-01-01T24:00:00)',
    'at(2026-01-01T00:00)',
  ])
    assert.throws(
      () => parseExpression(expression, 'UTC'),
      { name: 'ValidationException', message: `Invalid Schedule Expression ${expression}.` },
      expression,
    );
  for (const zone of ['Mars/Olympus', '+01:00', ''])
    assert.throws(() => parseExpression('rate(1 hour)', zone), { name: 'ValidationException' }, zone);
});

test('a rate is due at its anchor, then at its interval; a day is 24 hours', () => {
  assert.deepEqual(due('rate(5 minutes)', '2026-01-01T00:00:30Z', 2), ['2026-01-01T00:00:30Z', '2026-01-01T00:05:30Z']);
  assert.deepEqual(due('rate(1 hours)', '2026-01-01T00:00:00Z', 2), ['2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z']);
  // Berlin puts its clocks forward on 29 March.
  assert.deepEqual(due('rate(1 day)', '2026-03-28T12:00:00Z', 2, 'Europe/Berlin'), [
    '2026-03-28T12:00:00Z',
    '2026-03-29T12:00:00Z',
  ]);
  const rate = parseExpression('rate(5 minutes)', 'UTC');
  const anchor = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(iso(rate.next(anchor + 12 * 60_000, anchor)), '2026-01-01T00:15:00Z');
  assert.equal(iso(rate.next(anchor - 86_400_000, anchor)), '2026-01-01T00:00:00Z');
});

test('cron and one-time schedules are read in their time zone, summer and winter', () => {
  assert.deepEqual(due('cron(0 3 * * ? *)', '2026-01-01T00:00:00Z', 1, 'Europe/Berlin'), ['2026-01-01T02:00:00Z']);
  assert.deepEqual(due('cron(0 3 * * ? *)', '2026-07-01T00:00:00Z', 1, 'Europe/Berlin'), ['2026-07-01T01:00:00Z']);
  // The day is the zone's day: Monday in Auckland begins on Sunday in UTC.
  assert.deepEqual(due('cron(0 6 ? * MON *)', '2026-01-01T00:00:00Z', 1, 'Pacific/Auckland'), ['2026-01-04T17:00:00Z']);
  assert.deepEqual(due('cron(30 9 1 * ? *)', '2026-01-02T00:00:00Z', 1, 'Asia/Kolkata'), ['2026-02-01T04:00:00Z']);
  assert.deepEqual(due('at(2022-11-20T13:00:00)', '2022-01-01T00:00:00Z', 2, 'America/Los_Angeles'), [
    '2022-11-20T21:00:00Z',
  ]);
  assert.deepEqual(due('at(2026-07-01T12:00:00)', '2026-01-01T00:00:00Z', 2), ['2026-07-01T12:00:00Z']);
  assert.deepEqual(due('at(2025-12-31T12:00:00)', '2026-01-01T00:00:00Z'), []);
});

test('in spring, a time that the clocks skip is skipped; the next day it is due again', () => {
  // Los Angeles: 8 March 2026, 02:00 becomes 03:00.
  assert.deepEqual(due('cron(30 2 * * ? *)', '2026-03-07T00:00:00Z', 3, 'America/Los_Angeles'), [
    '2026-03-07T10:30:00Z',
    '2026-03-09T09:30:00Z',
    '2026-03-10T09:30:00Z',
  ]);
  // Berlin: 29 March 2026. Every half hour: 01:30, then 03:00.
  assert.deepEqual(due('cron(0/30 * * * ? *)', '2026-03-29T00:30:00Z', 3, 'Europe/Berlin'), [
    '2026-03-29T00:30:00Z',
    '2026-03-29T01:00:00Z',
    '2026-03-29T01:30:00Z',
  ]);
  // Lord Howe goes forward by half an hour, on 4 October 2026: 02:15 does not exist, 02:30 does.
  assert.deepEqual(due('cron(15,30 2 * * ? *)', '2026-10-03T12:00:00Z', 2, 'Australia/Lord_Howe'), [
    '2026-10-03T15:30:00Z',
    '2026-10-04T15:15:00Z',
  ]);
});

test('in autumn, a time that the clocks show twice is due once, the first time', () => {
  // Los Angeles: 1 November 2026, 02:00 becomes 01:00.
  assert.deepEqual(due('cron(30 1 * * ? *)', '2026-10-31T12:00:00Z', 2, 'America/Los_Angeles'), [
    '2026-11-01T08:30:00Z',
    '2026-11-02T09:30:00Z',
  ]);
  // Berlin: 25 October 2026. 02:00 and 02:30 of summer time, then 03:00 of winter time.
  assert.deepEqual(due('cron(0/30 * * * ? *)', '2026-10-25T00:00:00Z', 3, 'Europe/Berlin'), [
    '2026-10-25T00:00:00Z',
    '2026-10-25T00:30:00Z',
    '2026-10-25T02:00:00Z',
  ]);
  // Asked within the second showing, the first is over.
  assert.deepEqual(due('cron(30 2 * * ? *)', '2026-10-25T01:10:00Z', 1, 'Europe/Berlin'), ['2026-10-26T01:30:00Z']);
  assert.deepEqual(due('at(2026-10-25T02:30:00)', '2026-01-01T00:00:00Z', 1, 'Europe/Berlin'), [
    '2026-10-25T00:30:00Z',
  ]);
});

test('a one-time schedule at a time that the clocks skip is due as if they had not been put forward', () => {
  assert.deepEqual(due('at(2026-03-29T02:30:00)', '2026-01-01T00:00:00Z', 1, 'Europe/Berlin'), [
    '2026-03-29T01:30:00Z',
  ]);
});

/** Every minute of a few days about a change of the clocks, with what the zone's clocks show and whether again. */
const minutesOf = (zone: string, from: string, days: number) => {
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const seen = new Set<string>();
  return Array.from({ length: days * 1440 }, (_, minute) => {
    const time = Date.parse(from) + minute * 60_000;
    const wall = shown.format(time);
    const again = seen.has(wall);
    seen.add(wall);
    const [, month, day] = wall.slice(0, 10).split('-').map(Number);
    const weekday = new Date(`${wall.slice(0, 10)}T00:00Z`).getUTCDay() + 1;
    return { time, again, month, day, weekday, hour: Number(wall.slice(11, 13)), minute: Number(wall.slice(14, 16)) };
  });
};

test('next due times are those that walking through the minutes of the clocks finds', () => {
  const zones = [
    ['Europe/Berlin', minutesOf('Europe/Berlin', '2026-03-27T00:00Z', 5)],
    ['Europe/Berlin', minutesOf('Europe/Berlin', '2026-10-23T00:00Z', 5)],
    ['Australia/Lord_Howe', minutesOf('Australia/Lord_Howe', '2026-04-03T00:00Z', 4)],
    ['America/St_Johns', minutesOf('America/St_Johns', '2026-10-30T00:00Z', 4)],
    ['Asia/Kathmandu', minutesOf('Asia/Kathmandu', '2026-01-30T00:00Z', 4)],
  ] as const;
  const some = (from: number, to: number, most: number) =>
    fc.uniqueArray(fc.integer({ min: from, max: to }), { minLength: 1, maxLength: most });
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      some(0, 59, 4),
      fc.oneof(some(0, 4, 4), fc.constant(undefined)),
      fc.oneof(fc.record({ weekdays: some(1, 7, 5) }), fc.record({ days: some(1, 31, 20) })),
      fc.nat(),
      ([zone, walk], minutes, hours, days, at) => {
        const list = (values: readonly number[] | undefined) => values?.join(',') ?? '*';
        const dayFields = 'days' in days ? [list(days.days), '*', '?'] : ['?', '*', list(days.weekdays)];
        const timetable = parseExpression(`cron(${list(minutes)} ${list(hours)} ${dayFields.join(' ')} *)`, zone);
        const start = 1440 + (at % 1440);
        const expected = walk
          .slice(start)
          .find(
            (now) =>
              !now.again &&
              minutes.includes(now.minute) &&
              (hours?.includes(now.hour) ?? true) &&
              ('days' in days ? days.days.includes(now.day ?? 0) : days.weekdays.includes(now.weekday)),
          );
        const from = walk[start]?.time ?? 0;
        const next = timetable.next(from, from);
        if (expected) assert.equal(iso(next), iso(expected.time));
        else assert.ok(next === undefined || next > (walk.at(-1)?.time ?? 0));
      },
    ),
    { numRuns: 500 },
  );
});
