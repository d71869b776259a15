/**
 * `npm run tour:prove`: takes each rule out of what is deployed, one after the other, and sees its row turn red; each row
 * is performed before its rule is taken out and once more at the end, and has to be as promised then.
 */
import { Command } from 'commander';
import pc from 'picocolors';
import { openTour } from './open-tour.ts';
import { perform } from './perform.ts';
import { scheduledPlan } from './scheduled-plan.ts';
import { TAKEN_OUT } from './taken-out.ts';
import { rowNamed, turnRed } from './turn-red.ts';

const { only } = new Command('npm run tour:prove --')
  .description('Takes each rule of the mission out of what is deployed, and sees its row of the tour turn red.')
  .option('--only <rows>', 'rules of these rows only, e.g. A2,O7', (text) => text.toUpperCase().split(','))
  .parse()
  .opts<{ only?: readonly string[] }>();

const rules = TAKEN_OUT.filter(({ row }) => only === undefined || only.includes(row));
const rows = [...new Set(rules.map(({ row }) => row))].map(rowNamed);
const tour = await openTour();
let failures = 0;
const say = (good: boolean, text: string, seconds: number): void => {
  if (!good) failures++;
  console.log(`${good ? pc.green('✔') : pc.red('✘')} ${text} ${pc.dim(`(${seconds.toFixed(1)} s)`)}`);
};
const allAsPromised = async (): Promise<void> => {
  for (const row of rows) {
    const { passed, words, seconds } = await perform(tour, row);
    say(passed, passed ? `${pc.bold(row.row)} is as promised` : `${pc.bold(row.row)} ${words}`, seconds);
  }
};
try {
  if (rows.some(({ row }) => row === 'T1' || row === 'O3')) await scheduledPlan(tour, await tour.acme());
  await allAsPromised();
  console.log('\nWithout the rule that …');
  for (const rule of rules) {
    const start = performance.now();
    const [good, words] = await turnRed(tour, rule).then(
      () => [true, ''] as const,
      (error: Error) => [false, `: ${error.message}`] as const,
    );
    say(good, `${rule.rule}: ${pc.bold(rule.row)} turns red${words}`, (performance.now() - start) / 1_000);
  }
  console.log('\nWith all of them again');
  await allAsPromised();
} finally {
  await tour.close(false);
}
const what = `${rules.length} rules of ${rows.length} rows`;
console.log(failures === 0 ? pc.green(`\n${what}: each is missed by its row.`) : pc.red(`\n${failures} failures.`));
process.exitCode = failures === 0 ? 0 : 1;
