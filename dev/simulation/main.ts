/** `npm run sim`: runs under seeds, many at once, or one again. */
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import pc from 'picocolors';
import { inSeries, runInChildren } from './in-children.ts';
import { type Report, SEEDS_SCRIPT, type SeededRun } from './series.ts';
import { openSitting } from './sitting.ts';

if (process.argv.includes('--crash')) {
  const { crash } = await import('./crash/main.ts');
  process.exit(await crash(process.argv.slice(2)));
}
if (process.argv.includes('--faults')) {
  const { faultMatrix } = await import('./faults/main.ts');
  process.exit(await faultMatrix(process.argv.slice(2)));
}

const ALL = ['backup', 'backup-and-restore', 'snapshot-and-copy', 'two-tenants', 'zombie'];

const { seed, runs, scenario, calm, trace, perProcess, processes, resume, minutes } = new Command('npm run sim --')
  .description(
    'Runs Holdfast in simulated time, with crashes and faults drawn from a seed; the same seed gives the same run.',
  )
  .option('--seed <n>', 'run this one again')
  .option('--runs <n>', 'so many random seeds', '20')
  .option('--scenario <name>', `only this one of ${ALL.join(', ')}`)
  .option('--calm', 'nothing fails')
  .option('--trace', 'print every call, not only the last ones of a run that failed')
  .option('--resume <file>', 'keep results there, and do not run again what held there')
  .option('--minutes <n>', 'stop after so long')
  .option('--per-process <n>', 'runs of one process: modules pile up in its memory', '100')
  .option('--processes <n>', 'at once', String(availableParallelism()))
  .parse()
  .opts<{
    seed?: string;
    runs: string;
    scenario?: string;
    calm?: true;
    trace?: true;
    resume?: string;
    minutes?: string;
    perProcess: string;
    processes: string;
  }>();

const keyOf = ({ seed: of, scenario: name }: SeededRun): string => `${name} ${of}${calm ? ' calm' : ''}`;
const sitting = openSitting<Report>({ file: resume, minutes });
const { results, stop } = sitting;
const scenarios = scenario === undefined ? ALL : [scenario];
/** Those of earlier sittings first. */
const seeds = (): readonly string[] => {
  if (seed !== undefined) return [seed];
  const all = new Set([...results.values()].map((result) => result.seed));
  while (all.size < Number(runs)) all.add(String(randomInt(1, 1_000_000_000)));
  return [...all];
};
const wanted = seeds().flatMap((each) => scenarios.map((name): SeededRun => ({ seed: each, scenario: name })));
const held = (run: SeededRun): boolean => {
  const result = results.get(keyOf(run));
  return result !== undefined && result.failure === undefined;
};
const missing = wanted.filter((run) => !held(run));
if (sitting.found > 0) console.log(`${wanted.length - missing.length} of ${wanted.length} runs held before`);

const show = (report: Report): void => {
  const { failure, lines = [], said = [], stack: _, ...short } = report;
  sitting.keep(keyOf(report), failure ? { ...short, failure, lines: lines.slice(-60), said: said.slice(-15) } : short);
  const line = `seed ${report.seed} ${report.scenario}: ${report.events} calls, ${(report.virtualSeconds / 60).toFixed(0)} virtual min, ${Math.round(report.cpuMs)} ms, ${report.hash.slice(0, 12)}`;
  if (trace) console.log(lines.join('\n'));
  if (!failure) {
    console.log(`${pc.green('ok  ')} ${line}`);
    return;
  }
  if (!trace && seed !== undefined) console.log([...lines, ...said.slice(-15)].join('\n'));
  console.log(`${pc.red('FAIL')} ${line}\n${failure}\n${report.stack ?? ''}`);
  console.log(`     npm run sim -- --seed ${report.seed} --scenario ${report.scenario}${calm ? ' --calm' : ''}`);
};

const begun = performance.now();
const most = Math.min(Number(perProcess), Math.ceil(missing.length / Number(processes)));
await runInChildren<SeededRun, Report>(
  inSeries(missing, most, (some) => ({ runs: some, ...(calm ? { calm } : {}), ...(trace ? { trace } : {}) })),
  {
    script: SEEDS_SCRIPT,
    processes: Number(processes),
    stop,
    onLost: (run, { message }) =>
      show({ ...run, hash: '', events: 0, virtualSeconds: 0, cpuMs: 0, rssMb: 0, failure: message }),
  },
  show,
);
sitting.close();

const done = wanted.flatMap((run) => results.get(keyOf(run)) ?? []);
const failed = done.filter(({ failure }) => failure !== undefined);
const sum = (of: (report: Report) => number): number => done.reduce((all, report) => all + of(report), 0);
const [events, virtual, cpu] = [
  sum((each) => each.events),
  sum((each) => each.virtualSeconds),
  sum((each) => each.cpuMs),
];
const rss = Math.max(0, ...done.map(({ rssMb }) => rssMb));
console.log(
  `${done.length} of ${wanted.length} runs, ${events} calls, ${(virtual / 3_600).toFixed(1)} virtual hours; ${((performance.now() - begun) / 1_000).toFixed(0)} s now (${(cpu / 1_000 / Math.max(1, done.length)).toFixed(2)} s of CPU a run, at most ${rss} MiB a process): ${failed.length === 0 ? pc.green('all held') : pc.red(`${failed.length} failed`)}`,
);
if (resume !== undefined) console.log(`sources: ${sitting.revisions()}`);
for (const each of failed) console.log(`     npm run sim -- --seed ${each.seed} --scenario ${each.scenario}`);
process.exitCode = failed.length === 0 && done.length === wanted.length ? 0 : 1;
