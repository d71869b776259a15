/**
 * Rows of the mission as stories of two tenants on two service hypervisors; then the rules that are told within seconds
 * are taken out one by one. `npm run tour` performs every row, `npm run tour:prove` takes out every rule.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTour } from '../../dev/tour/open-tour.ts';
import { perform } from '../../dev/tour/perform.ts';
import { ROWS } from '../../dev/tour/rows.ts';
import { TAKEN_OUT } from '../../dev/tour/taken-out.ts';
import { rowNamed, turnRed } from '../../dev/tour/turn-red.ts';

/** Rows with stories of their own in test/stories/, which go further. */
const TOLD_ELSEWHERE = ['A3', 'A5', 'O1', 'O2', 'O3', 'O4', 'O5', 'O6', 'O7', 'O8', 'O9', 'T1', 'T2', 'T3'];

test('there is a rule to be taken out for every row of the mission', () => {
  const missing = ROWS.filter(({ row }) => !TAKEN_OUT.some((rule) => rule.row === row));
  assert.deepEqual(
    missing.map(({ row }) => row),
    [],
  );
});

test('two tenants on two service hypervisors', async (t) => {
  const tour = await openTour();
  t.after(() => tour.close(false));
  const asPromised = async (name: string): Promise<void> => {
    const { passed, words } = await perform(tour, rowNamed(name));
    assert.ok(passed, words);
  };
  for (const { row, title } of ROWS.filter((each) => !TOLD_ELSEWHERE.includes(each.row)))
    await t.test(`${row}: ${title}`, () => asPromised(row));
  const quick = TAKEN_OUT.filter((rule) => rule.quick);
  for (const rule of quick)
    await t.test(`${rule.row} turns red without the rule that ${rule.rule}`, async () => {
      await turnRed(tour, rule);
    });
  for (const row of new Set(quick.map((rule) => rule.row)))
    await t.test(`${row} is as promised with its rules again`, () => asPromised(row));
});
