import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { type FaultKind, faultKinds } from '../call.ts';
import { inSeries, runInChildren } from '../in-children.ts';
import { openSitting } from '../sitting.ts';
import { type Cell, type CellResult, nameOf, PLACES, type Survey } from './cell.ts';
import { cellsOf, homesOf } from './cells.ts';
import { wrongWith } from './judge.ts';
import { matrix, told } from './report.ts';
import { CELLS_SCRIPT, type Task } from './task.ts';

/** Also the names in fault-scenarios.ts, which only a simulated process may import. */
export const FAULT_SCENARIOS = ['snapshot', 'library-round-trip', 'incremental', 'snapshot-in-place', 'backup-copy'];

/** Modules pile up in a process's memory. */
const CELLS_PER_PROCESS = 100;
/** What else goes on on this machine goes first. */
const PRIORITY = 5;

interface Options {
  readonly faults?: true;
  readonly api?: string;
  readonly kind?: FaultKind;
  readonly place?: string;
  readonly stride: string;
  readonly byFunction?: true;
  readonly list?: true;
  readonly processes: string;
  readonly resume?: string;
  readonly minutes?: string;
  readonly trace?: true;
}

/** `npm run sim -- --faults`. Answers the exit code: 0 if every cell is as it is classified. */
export const faultMatrix = async (args: readonly string[]): Promise<number> => {
  const options = new Command('npm run sim -- --faults')
    .description(`${faultKinds.length} kinds of faults × every API that is called × first, middle and last call.`)
    .option('--faults')
    .option('--api <name>', 'only this one, e.g. ec2:CreateSnapshots or "node s3:GetObject"')
    .option('--kind <kind>', `only this one of ${faultKinds.join(', ')}`)
    .option('--place <place>', `only this one of ${PLACES.join(', ')}`)
    .option('--stride <n>', 'only every so-manieth cell', '1')
    .option('--by-function', 'each function by itself: many times more cells')
    .option('--list', 'say what would be run')
    .option('--trace', 'print the calls of cells that are not as they are classified')
    .option('--processes <n>', 'at once', String(availableParallelism()))
    .option('--resume <file>', 'keep results there, and do not run again what was as classified there')
    .option('--minutes <n>', 'stop after so long')
    .parse([...args], { from: 'user' })
    .opts<Options>();
  const begun = performance.now();
  const sitting = openSitting<CellResult>({ file: options.resume, minutes: options.minutes });
  const { results, stop } = sitting;
  const processes = Number(options.processes);
  const children = { script: CELLS_SCRIPT, priority: PRIORITY, processes, stop };
  const surveys: Survey[] = [];
  await runInChildren<string, Survey>(
    // a world takes longer than a survey
    inSeries(FAULT_SCENARIOS, Math.ceil(FAULT_SCENARIOS.length / processes), (survey): Task => ({ survey })),
    { ...children, onLost: fail },
    (survey) => surveys.push(survey),
  );
  surveys.sort((a, b) => FAULT_SCENARIOS.indexOf(a.scenario) - FAULT_SCENARIOS.indexOf(b.scenario));
  const cells = cellsOf(surveys, { ...options, stride: Number(options.stride) });
  const paths = homesOf(surveys, options.byFunction);
  console.log(`${paths.size} APIs by who calls them, in ${surveys.length} scenarios; ${cells.length} cells to run`);
  if (options.list) return list(cells);
  const held = (cell: Cell): boolean => {
    const result = results.get(nameOf(cell));
    return result?.nth === cell.nth && !wrongWith(result);
  };
  const missing = cells.filter((cell) => !held(cell));
  if (sitting.found > 0)
    console.log(`${cells.length - missing.length} of ${cells.length} cells were as classified before`);
  const keep = (result: CellResult): void => {
    sitting.keep(nameOf(result), result);
    console.log(told(result));
    if (options.trace && wrongWith(result)) console.log([...(result.lines ?? []), ...(result.said ?? [])].join('\n'));
  };
  await runInChildren<Cell, CellResult>(
    inSeries(
      missing,
      Math.min(CELLS_PER_PROCESS, Math.ceil(missing.length / processes)),
      (some): Task => ({ cells: some }),
    ),
    {
      ...children,
      onLost: (cell, { message }) => keep({ ...cell, outcome: 'broken', errors: [], why: message, cpuMs: 0 }),
    },
    keep,
  );
  sitting.close();
  const done = cells.flatMap((cell) => results.get(nameOf(cell)) ?? []);
  console.log(matrix(surveys, done, options.byFunction));
  console.log(summary(done, (performance.now() - begun) / 1_000));
  if (options.resume !== undefined) console.log(`sources: ${sitting.revisions()}`);
  return done.length === cells.length && !done.some(wrongWith) ? 0 : 1;
};

const fail = (_: string, error: Error): never => {
  throw error;
};

const list = (cells: readonly Cell[]): number => {
  for (const { path, kind, place, nth, scenario } of cells)
    console.log(`${path} ${kind} ${place} (call ${nth + 1} in ${scenario})`);
  return 0;
};

const summary = (results: readonly CellResult[], seconds: number): string => {
  const of = (outcome: CellResult['outcome']): number => results.filter((each) => each.outcome === outcome).length;
  const fired = results.filter((each) => each.fired !== undefined).length;
  const cpu = results.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1_000;
  const wrong = results.filter((each) => wrongWith(each) !== undefined).length;
  return `${results.length} cells, ${fired} fired: ${of('recovered')} recovered, ${of('failed cleanly')} failed cleanly, ${of('not fired')} made no difference, ${of('broken')} broken; ${wrong} not as classified. ${seconds.toFixed(0)} s, ${cpu.toFixed(0)} s of CPU`;
};
