import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateExpression } from '../../local/autoscaling/metric-expressions.ts';
import { capacityOnTarget } from '../../local/autoscaling/target-tracking.ts';

const VALUES: Readonly<Record<string, number | undefined>> = { m1: 12, m2: 3, zero: 0, none: undefined };
const value = (text: string) =>
  evaluateExpression(text, (id) => {
    if (!(id in VALUES)) throw new SyntaxError(`there is no query ${id}`);
    return VALUES[id];
  });

const EXPRESSIONS: readonly (readonly [string, number | undefined])[] = [
  ['m1', 12],
  ['m1 + m2 * 2', 18],
  ['(m1+m2)*2', 30],
  ['m1 - m2 - 1', 8],
  ['m1 / m2 / 2', 2],
  ['2 ^ m2', 8],
  ['-m2 + 1.5', -1.5],
  ['m1 > m2', 1],
  ['m1 <= m2', 0],
  ['m1 > 5 AND m2 > 5', 0],
  ['m1 > 5 || m2 > 5', 1],
  ['m1 / zero', undefined],
  ['m1 + none', undefined],
  ['FILL(none, 4) + m2', 7],
  ['IF(zero, m1, m2)', 3],
  ['IF(m2 > 0, m1 / m2, m1)', 4],
  ['IF(zero > 0, m1 / zero, m1)', 12],
  ['IF(none, m1, m2)', undefined],
  ['SUM([m1, m2, none])', 15],
  ['m1 / MAX([zero, 1])', 12],
  ['MIN([m1, m2])', 3],
  ['AVG([m1, m2])', 7.5],
  ['MAX([none])', undefined],
  ['CEIL(m1 / 5) + FLOOR(m1 / 5) + ABS(0 - 1)', 6],
];

for (const [text, expected] of EXPRESSIONS) test(`${text} is ${expected}`, () => assert.equal(value(text), expected));

test('what is no expression is refused', () => {
  for (const text of [
    '',
    'm1 +',
    '(m1',
    'm1 m2',
    'm1 $ m2',
    'NOPE(m1)',
    '[m1, m2] + 1',
    'other',
    'SUM(m1',
    'constructor(m1)',
  ])
    assert.throws(() => value(text), SyntaxError, text);
});

test('capacity grows and falls in proportion to the metric, and none counts as one', () => {
  assert.equal(capacityOnTarget(0, 12, 10), 2);
  assert.equal(capacityOnTarget(2, 15, 10), 3);
  assert.equal(capacityOnTarget(4, 10, 10), 4);
  assert.equal(capacityOnTarget(3, 1.1 * 3, 3.3), 3);
  assert.equal(capacityOnTarget(4, 2.5, 10), 1);
  assert.equal(capacityOnTarget(4, 0, 10), 0);
});
