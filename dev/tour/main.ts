/** `npm run tour`: every row of the mission on the local cloud, one line a row; exits 1 if one of them is not so. */
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { openTour } from './open-tour.ts';
import { perform } from './perform.ts';
import { ROWS } from './rows.ts';
import { scheduledPlan } from './scheduled-plan.ts';

const known = ROWS.map(({ row }) => row);
const chosen = (text: string): readonly string[] =>
  text.split(',').map((name) => {
    const row = name.trim().toUpperCase();
    if (known.includes(row)) return row;
    throw new InvalidArgumentError(`"${name}" is no row; there are ${known.join(', ')}.`);
  });

const { only, keep } = new Command('npm run tour --')
  .description('Performs every row of the mission on a local cloud, with two tenants and two service hypervisors.')
  .option('--only <rows>', 'these rows only, e.g. A2,O7', chosen)
  .option('--keep', 'keep the local cloud’s data folder, and say where it is', false)
  .parse()
  .opts<{ only?: readonly string[]; keep: boolean }>();

const rows = ROWS.filter(({ row }) => only === undefined || only.includes(row));
console.log(pc.dim('A local cloud starts, with Holdfast deployed to it from serverless.yml …\n'));
const tour = await openTour();
let failed = 0;
try {
  // T1 and O3 wait for full minutes: the plan is made now, and due while other rows are performed.
  if (only === undefined) await scheduledPlan(tour, await tour.acme());
  for (const row of rows) {
    const { passed, words, seconds } = await perform(tour, row);
    if (!passed) failed++;
    const mark = passed ? pc.green('✔') : pc.red('✘');
    console.log(`${mark} ${pc.bold(row.row)} ${passed ? words : pc.red(words)} ${pc.dim(`(${seconds.toFixed(1)} s)`)}`);
  }
} finally {
  const folder = await tour.close(keep);
  if (keep) console.log(pc.dim(`\nThe data is in ${folder}; npm run local -- --data ${folder} goes on with it.`));
}
const all = `${rows.length} row${rows.length === 1 ? '' : 's'}`;
console.log(failed === 0 ? pc.green(`\n${all}: all as promised.`) : pc.red(`\n${failed} of ${all} not as promised.`));
process.exitCode = failed === 0 ? 0 : 1;
