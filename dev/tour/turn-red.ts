import assert from 'node:assert/strict';
import { perform } from './perform.ts';
import { ROWS } from './rows.ts';
import type { TakenOut } from './taken-out.ts';
import type { Tour } from './world.ts';

export const rowNamed = (name: string) => {
  const row = ROWS.find((each) => each.row === name);
  if (!row) throw new Error(`there is no row ${name}`);
  return row;
};

/** Takes the rule out of what is deployed, performs its row, and puts it back; throws unless the row said that it is gone. */
export const turnRed = async (tour: Tour, { row, rule, mutation, red }: TakenOut): Promise<string> => {
  await tour.local.redeploy([mutation]);
  try {
    const { passed, words } = await perform(tour, rowNamed(row));
    assert.ok(!passed, `${row} noticed nothing without the rule that ${rule}`);
    assert.match(words, red, `${row} did turn red without the rule that ${rule}, but for another reason: ${words}`);
    return words;
  } finally {
    await tour.local.redeploy([]);
  }
};
