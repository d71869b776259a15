/** `npm run sim -- --crash`: at every call of every machine the process that makes it dies, before and after its effect. */
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import pc from 'picocolors';
import { inSeries, runInChildren } from '../in-children.ts';
import { openSitting } from '../sitting.ts';
import type { Crash } from './case.ts';
import { CASES_SCRIPT, type CaseReport, type CaseSeries } from './case-series.ts';
import { deathsOf, type Planned, planOf } from './plan.ts';
import { crashScenarios } from './scenario-names.ts';
import type { Boundary } from './states.ts';
import { type Run, summaryOf } from './summary.ts';

interface Options {
  readonly scenario?: readonly string[];
  readonly machine?: readonly string[];
  readonly all?: true;
  readonly every: string;
  readonly from: string;
  readonly to?: string;
  readonly when?: Crash['when'];
  readonly perProcess: string;
  readonly processes: string;
  readonly minutes?: string;
  readonly resume?: string;
  readonly trace?: true;
  readonly whole: string;
}

const read = (args: readonly string[]): Options =>
  new Command('npm run sim -- --crash')
    .description('Dies at every call boundary of every machine, before and after its effect, one run each.')
    .option('--crash', 'this run')
    .option('--scenario <name...>', `only these of ${Object.keys(crashScenarios).join(', ')}`)
    .option('--machine <name...>', `only these of ${[...new Set(Object.values(crashScenarios))].join(', ')}`)
    .option('--all', 'also deaths that leave the very world that another one leaves')
    .option('--every <n>', 'one case in so many', '1')
    .option('--from <k>', 'from this boundary', '0')
    .option('--to <k>', 'to this boundary')
    .option('--when <when>', 'only before, or only after the effect')
    .option('--per-process <n>', 'cases that one process runs: modules pile up in its memory', '100')
    .option('--processes <n>', 'at once', String(availableParallelism()))
    .option('--resume <file>', 'keep results there, and do not run again what held there')
    .option('--minutes <n>', 'stop after so long')
    .option('--whole <n>', 'back up and restore once more after one case in so many', '1')
    .option('--trace', 'print every call of a case that failed')
    .parse(args, { from: 'user' })
    .opts<Options>();

interface Item extends Planned {
  readonly scenario: string;
}

const keyOf = (scenario: string, { at, when }: Crash): string => `${scenario} ${at} ${when}`;

/** Prints what it found; answers the exit code. */
export const crash = async (args: readonly string[]): Promise<number> => {
  const options = read(args);
  const { scenario, machine, all, every, from, to, when, perProcess, processes, whole, trace } = options;
  const names = Object.keys(crashScenarios)
    .filter((name) => scenario?.includes(name) ?? true)
    .filter((name) => machine?.includes(crashScenarios[name] ?? '') ?? true);
  if (names.length === 0) throw new Error('there is no such scenario');
  const begun = performance.now();
  const sitting = openSitting<CaseReport>({ file: options.resume, minutes: options.minutes });
  const { results, stop } = sitting;
  const children = { script: CASES_SCRIPT, processes: Number(processes), stop };

  const surveys = new Map<string, readonly Boundary[]>();
  const broken: CaseReport[] = [];
  await runInChildren<string, CaseReport>(
    inSeries(names, Math.ceil(names.length / Number(processes)), (some) =>
      some.map((name): CaseSeries => ({ scenario: name, cases: [null] })),
    ),
    { ...children, onLost: (name, error) => broken.push({ ...nothing(name), failure: error.message }) },
    (report) => {
      surveys.set(report.scenario, report.boundaries ?? []);
      if (report.failure) broken.push(report);
    },
  );
  for (const report of broken) tell(report, trace);

  const choice = { ...{ all: all ?? false, when, every: Number(every), whole: Number(whole) }, from: Number(from) };
  const runs: Run[] = names.map((name) => {
    const boundaries = surveys.get(name) ?? [];
    const planned = planOf(boundaries, { ...choice, to: to === undefined ? boundaries.length : Number(to) });
    return { scenario: name, boundaries, states: new Set(deathsOf(boundaries).map(({ state }) => state)), planned };
  });
  for (const { scenario: name, boundaries, states, planned } of runs)
    console.log(`${name}: ${boundaries.length} calls, ${states.size} states, ${planned.length} cases`);
  const held = (item: Item): boolean => {
    const result = results.get(keyOf(item.scenario, item));
    // the same call of the same process: a changed product has others
    return result !== undefined && result.failure === undefined && result.crashed === item.boundary;
  };
  const items = runs.flatMap((run) => run.planned.map((planned): Item => ({ ...planned, scenario: run.scenario })));
  const missing = items.filter((item) => !held(item));
  if (sitting.found > 0) console.log(`${items.length - missing.length} of ${items.length} cases held before`);

  const keep = (report: CaseReport): void => {
    if (!report.crash) throw new Error(`${report.scenario} ran without a crash`);
    const { lines = [], said = [], stack: _, boundaries: __, ...short } = report;
    sitting.keep(
      keyOf(report.scenario, report.crash),
      report.failure ? { ...short, lines: lines.slice(-120), said: said.slice(-15) } : short,
    );
    if (report.failure) tell(report, trace);
  };
  const lost = ({ scenario: name, boundary, state: _, ...each }: Item, error: Error): void =>
    keep({ ...nothing(name), crash: each, crashed: boundary, failure: error.message });
  const byScenario = names.map((name) => {
    const cases = missing.filter((item) => item.scenario === name);
    const argumentOf = (some: readonly Item[]): readonly CaseSeries[] => [{ scenario: name, cases: some }];
    return inSeries(cases, Math.min(Number(perProcess), Math.ceil(cases.length / Number(processes))), argumentOf);
  });
  // so that a sitting that ends early has seen something of each
  const rounds = Math.max(...byScenario.map((series) => series.length));
  const series = Array.from({ length: rounds }, (_, round) => byScenario.flatMap((each) => each[round] ?? [])).flat();
  await runInChildren<Item, CaseReport>(series, { ...children, onLost: lost }, keep);
  sitting.close();
  const summary = summaryOf(runs, (name, each) => results.get(keyOf(name, each)));
  console.log(summary.text);
  if (options.resume !== undefined) console.log(`sources: ${sitting.revisions()}`);
  console.log(`${((performance.now() - begun) / 60_000).toFixed(1)} min now`);
  return summary.failed + broken.length === 0 && summary.run === items.length ? 0 : 1;
};

const nothing = (scenario: string) => ({
  ...{ scenario, ended: [], sweeps: 0, cpuMs: 0, events: 0, virtualSeconds: 0, rssMb: 0 },
});

const tell = ({ scenario, crash: at, crashed, failure, lines = [], said = [], stack }: CaseReport, trace?: true) => {
  const words = at ? `dies ${at.when} call ${at.at}${crashed ? ` (${crashed})` : ''}` : 'without a crash';
  const [from, more] = at ? [at.at, ` --when ${at.when}`] : [0, ''];
  const command = `npm run sim -- --crash --scenario ${scenario} --from ${from} --to ${from}${more} --trace`;
  console.log(`${pc.red('FAIL')} ${scenario} ${words}\n${failure}\n     ${command}`);
  if (trace) console.log([...lines, ...said, stack].join('\n'));
};
