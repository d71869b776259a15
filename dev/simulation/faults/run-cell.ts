import { setTimeout as sleep } from 'node:timers/promises';
import { broken } from '../invariants/invariants.ts';
import { type Ledger, readLedgers } from '../ledger.ts';
import { type Run, type RunReport, runScenario, type Scenario } from '../run.ts';
import { InvariantBroken, settle } from '../settle.ts';
import type { World } from '../world.ts';
import { pathsOf } from './api-of.ts';
import type { Cell, CellResult, Survey } from './cell.ts';
import { type Strike, strike } from './strike.ts';

/** Always the same: up to its fault a cell's run is the survey's, call by call. */
const SEED = '1';
/** What follows a job's end (its cleanup) belongs to the scenario, too. */
const AFTERWARDS_MS = 45_000;
/** One access node: idle ones only ask for messages. */
const NODES = 1;

const scenarioOf =
  (scenario: Scenario): Scenario =>
  async (run) => {
    await scenario(run);
    await sleep(AFTERWARDS_MS);
  };

/** Counts the calls of a scenario in which nothing fails. */
export const survey = async (world: World, name: string, scenario: Scenario): Promise<Survey> => {
  const calls: Record<string, number> = {};
  const { failure } = await runScenario(world, scenarioOf(scenario), {
    seed: SEED,
    nodes: NODES,
    chaos: () => (call) => {
      if (call.kind !== 'person') for (const path of pathsOf(call)) calls[path] = (calls[path] ?? 0) + 1;
      return 'go';
    },
  });
  if (failure) throw new Error(`${name} fails without any fault`, { cause: failure });
  return { scenario: name, calls };
};

/** What jobs and instances ended with that did not complete. */
const errorsOf = (ledgers: readonly Ledger[]): readonly string[] => {
  const errors = ledgers.flatMap(({ jobs, children }) => [
    ...jobs.flatMap(({ state, error }) => (state === 'completed' ? [] : [error?.name ?? `job ${state}`])),
    ...children.flatMap(({ phase, error }) => (phase === 'done' ? [] : [error?.name ?? `instance ${phase}`])),
  ]);
  // a job of one instance is failed because that is: the instance's error says more
  const named = errors.filter((name) => !/^(job|instance) /.test(name));
  return [...new Set(named.length > 0 ? named : errors)].sort();
};

export const runCell = async (world: World, scenario: Scenario, cell: Cell): Promise<CellResult> => {
  let hit: Strike | undefined;
  let errors: readonly string[] = [];
  const whole: Scenario = async (run: Run) => {
    await scenarioOf(scenario)(run);
    errors = errorsOf(await readLedgers(run));
    run.calm();
    // what holds already needs no sweep: a quarter of an hour of every schedule is a third of a run
    if ((await broken(run)).length > 0) await settle(run);
  };
  const report = await runScenario(world, whole, {
    seed: SEED,
    nodes: NODES,
    chaos: (_, run) => {
      hit = strike(run, cell);
      return hit.chaos;
    },
  });
  const { failure, cpuMs } = report;
  const fired = hit?.fired();
  const base = { ...cell, ...(fired === undefined ? {} : { fired }), errors, cpuMs: Math.round(cpuMs) };
  if (failure) return { ...base, outcome: 'broken', ...tell(failure, report) };
  if (fired === undefined) return { ...base, outcome: 'not fired', why: 'at this call it makes no difference' };
  return { ...base, outcome: errors.length === 0 ? 'recovered' : 'failed cleanly' };
};

const tell = (failure: Error, { lines, said }: RunReport) => ({
  why: failure instanceof InvariantBroken ? failure.message : `${failure.name}: ${failure.message}`,
  lines: lines.slice(-120),
  said: said.slice(-15),
});
