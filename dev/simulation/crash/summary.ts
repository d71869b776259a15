import pc from 'picocolors';
import type { Crash } from './case.ts';
import type { CaseReport } from './case-series.ts';
import { deathsOf, type Planned } from './plan.ts';
import type { Boundary } from './states.ts';

export interface Run {
  readonly scenario: string;
  readonly boundaries: readonly Boundary[];
  /** Worlds that a death can leave. */
  readonly states: ReadonlySet<string>;
  readonly planned: readonly Planned[];
}

export interface Summary {
  readonly text: string;
  readonly run: number;
  readonly failed: number;
}

/** Of all that there is a result of, whenever it was run. */
export const summaryOf = (
  runs: readonly Run[],
  resultOf: (scenario: string, death: Crash) => CaseReport | undefined,
): Summary => {
  const lines: string[] = [];
  const ends = new Map<string, number>();
  const total = {
    calls: 0,
    deaths: 0,
    states: 0,
    covered: 0,
    run: 0,
    planned: 0,
    failed: 0,
    swept: 0,
    cpu: 0,
    unlike: 0,
  };
  for (const { scenario, boundaries, states, planned } of runs) {
    const deaths = deathsOf(boundaries);
    const results = deaths.flatMap((death) => {
      const result = resultOf(scenario, death);
      return result?.crashed === death.boundary ? [{ death, result }] : [];
    });
    const good = results.filter(({ result }) => result.failure === undefined);
    for (const { result } of good) for (const end of result.ended) ends.set(end, (ends.get(end) ?? 0) + 1);
    const seen = new Set(results.map(({ death }) => death.state));
    const covered = deaths.filter(({ state }) => seen.has(state)).length;
    const swept = good.filter(({ result }) => result.sweeps > 0).length;
    const failed = results.length - good.length;
    const unlike = unlikeStates(good);
    const done = planned.filter((each) => resultOf(scenario, each)?.crashed === each.boundary).length;
    lines.push(
      `${scenario.padEnd(30)} ${String(boundaries.length).padStart(5)} calls, ${String(states.size).padStart(4)} states; ` +
        `${results.length} cases run (${done} of ${planned.length} planned) for ${covered} of ${deaths.length} deaths, ` +
        `${swept} took a sweep, ${failed} failed`,
      ...unlike.map((state) => pc.red(`     deaths that should leave the same world ended otherwise: ${state}`)),
    );
    total.calls += boundaries.length;
    total.deaths += deaths.length;
    total.states += states.size;
    total.covered += covered;
    total.run += done;
    total.failed += failed;
    total.swept += swept;
    total.unlike += unlike.length;
    total.cpu += results.reduce((sum, { result }) => sum + result.cpuMs, 0);
  }
  lines.push(
    `jobs ended: ${[...ends].map(([end, times]) => `${times} ${end}`).join(', ')}`,
    `${total.calls} calls, ${total.states} states; cases run stand for ${total.covered} of ${total.deaths} deaths; ` +
      `${total.swept} took a sweep; ${(total.cpu / 60_000).toFixed(1)} min of CPU: ` +
      `${total.failed === 0 ? pc.green('all held') : pc.red(`${total.failed} failed`)}`,
  );
  return { text: lines.join('\n'), run: total.run, failed: total.failed + total.unlike };
};

/** States of which several deaths were run (`--all`) that did not all end the same way. */
const unlikeStates = (results: readonly { death: Planned; result: CaseReport }[]): readonly string[] => {
  const ends = new Map<string, Set<string>>();
  for (const { death, result } of results) {
    const seen = ends.get(death.state) ?? new Set();
    ends.set(death.state, seen.add(`${result.ended.join(', ')} after ${result.sweeps} sweeps`));
  }
  return [...ends].filter(([, seen]) => seen.size > 1).map(([state, seen]) => `${state}: ${[...seen].join('; ')}`);
};
