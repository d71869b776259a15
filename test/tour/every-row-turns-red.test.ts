/** The rules that are told within seconds; `npm run tour:prove` does the same with every one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTour } from '../../dev/tour/open-tour.ts';
import { perform } from '../../dev/tour/perform.ts';
import { ROWS } from '../../dev/tour/rows.ts';
import { TAKEN_OUT } from '../../dev/tour/taken-out.ts';
import { rowNamed, turnRed } from '../../dev/tour/turn-red.ts';

test('there is a rule to be taken out for every row of the mission', () => {
  const missing = ROWS.filter(({ row }) => !TAKEN_OUT.some((rule) => rule.row === row));
  assert.deepEqual(
    missing.map(({ row }) => row),
    [],
  );
});

test('a row of the tour turns red without its rule, and is green again with it', async (t) => {
  const tour = await openTour();
  t.after(() => tour.close(false));
  const quick = TAKEN_OUT.filter((rule) => rule.quick);
  for (const rule of quick) await t.test(`${rule.row}: ${rule.rule}`, () => turnRed(tour, rule).then(() => {}));
  for (const row of new Set(quick.map((rule) => rule.row))) {
    await t.test(`${row} with it`, async () => {
      const { passed, words } = await perform(tour, rowNamed(row));
      assert.ok(passed, words);
    });
  }
});
