/**
 * `npm run permissions:prove`: shows that the shipped permissions are sufficient (jobs run under them), minimal (what is
 * taken away some job misses) and limited (what is let go a denial misses); exits 1 if something is missed by nobody.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { denialsOf, isDenied } from './denials.ts';
import { shippedDocuments } from './documents.ts';
import { idleExceptions, reasonFor } from './exceptions.ts';
import { mutationsOf } from './mutations.ts';
import { actionsOf, type Noticed, noticedByDenials, noticedByJobs } from './notice.ts';
import { RUN_NAMES, record } from './record.ts';
import { usesOf } from './recorded.ts';
import { readRecordings } from './recording.ts';

interface Options {
  readonly run: readonly string[];
  readonly recording?: string;
  readonly verbose: boolean;
}

const options = new Command('npm run permissions:prove --')
  .description('Takes each action, condition and resource out of the shipped permissions, and sees what misses it.')
  .option('--run <runs>', `which jobs to record: ${RUN_NAMES.join(', ')}`, (text) => text.split(','), RUN_NAMES)
  .option('--recording <folder>', 'a folder of recordings: read if it has any, written otherwise, and kept')
  .option('--verbose', 'name what notices each mutation', false)
  .parse()
  .opts<Options>();

let failures = 0;
const say = (good: boolean, text: string): void => {
  if (!good) failures++;
  console.log(`${good ? pc.green('✔') : pc.red('✘')} ${text}`);
};
const details = (lines: readonly string[]): void => {
  for (const line of lines) console.log(`    ${line}`);
};

const documents = shippedDocuments();
const mutations = mutationsOf(documents);
const denials = denialsOf(documents);
const count = (kind: string): number => denials.filter(({ document }) => document.kind === kind).length;

const allowed = denials.filter((denial) => !isDenied(denial));
say(
  allowed.length === 0,
  `${denials.length} questions that have to be refused (${count('identity')} of roles, ${count('session')} of sessions, ${count('trust')} of trust, ${count('resource')} of bucket and key): ${allowed.length} allowed`,
);
details(allowed.map(({ name }) => name));

const folder = options.recording ?? mkdtempSync(join(tmpdir(), 'holdfast-decisions-'));
mkdirSync(folder, { recursive: true });
let questions = readRecordings(folder);
if (questions.length === 0) {
  for (const run of options.run) say(await record(run, folder), `jobs recorded: ${run}`);
  questions = readRecordings(folder);
}
if (options.recording === undefined) rmSync(folder, { recursive: true });
const { uses, underOthers, unknownSessions } = usesOf(questions, documents);
say(
  uses.length > 0,
  `${questions.length} distinct questions of jobs; ${uses.length} times a shipped document had a say`,
);
if (underOthers > 0) console.log(pc.dim(`  ${underOthers} not counted: under other statements than the shipped`));
say(unknownSessions.length === 0, `${unknownSessions.length} session policies that are no shipped ones`);
details(unknownSessions);

console.log('\nActions');
for (const [name, { used, unused }] of actionsOf(documents, uses)) {
  const words = `${name}: ${used.length} used, ${unused.length} unused${unused.length > 0 ? pc.dim(` (${unused.join(', ')})`) : ''}`;
  console.log(`  ${words}`);
}

const report = (title: string, noticed: readonly Noticed[]): readonly string[] => {
  const unnoticed = noticed.filter(({ by }) => by.length === 0).map(({ mutation }) => mutation.name);
  const excused = unnoticed.filter((name) => reasonFor(name) !== undefined);
  const open = unnoticed.filter((name) => reasonFor(name) === undefined);
  console.log(`\n${title}`);
  say(
    open.length === 0,
    `${noticed.length} mutations, ${noticed.length - unnoticed.length} noticed, ${excused.length} for a reason not, ${open.length} by nobody`,
  );
  details(open);
  if (options.verbose)
    for (const { mutation, by } of noticed)
      console.log(
        pc.dim(
          `    ${mutation.name} ← ${by[0] ?? reasonFor(mutation.name) ?? '?'}${by.length > 1 ? ` and ${by.length - 1} more` : ''}`,
        ),
      );
  return unnoticed;
};
const wider = noticedByDenials(mutations, denials);
const narrower = noticedByJobs(mutations, uses);
const unnoticed = [
  ...report('A condition removed, a resource widened: what has to be refused and is not any more', wider),
  ...report('An action, a resource, a value removed: what jobs did and could not any more', narrower),
];
console.log(
  pc.dim(
    `  ${wider.filter(({ onlyByKind }) => onlyByKind).length} of the wider ones are noticed only on another kind of resource`,
  ),
);
const idle = idleExceptions(unnoticed);
say(idle.length === 0, `${idle.length} exceptions for nothing`);
details(idle);
process.exitCode = failures === 0 ? 0 : 1;
