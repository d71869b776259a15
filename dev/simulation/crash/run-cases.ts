/** A process of its own for some cases: its argument is a list of CaseSeries as JSON; a line of JSON for each case. */
import '../virtual/install.ts';
import type { World } from '../world.ts';
import type { CaseReport, CaseSeries } from './case-series.ts';
import type { CrashScenario } from './crash-scenario.ts';
import type { Stage } from './stage.ts';

const series = JSON.parse(process.argv[2] ?? '') as readonly CaseSeries[];
const say = process.stdout.write.bind(process.stdout);
// All that is of the product is imported after time, randomness and modules are the simulation's.
const { loadSources } = await import('../load-sources.ts');
loadSources(new URL('../../..', import.meta.url).pathname.replace(/\/$/, ''));
const { installGate } = await import('../gate.ts');
const { prepareWorld } = await import('../world.ts');
const { crashScenarios } = await import('./scenarios.ts');
const { stages } = await import('./stages.ts');
const { makeStage } = await import('./stage.ts');
const { runCase } = await import('./case.ts');

installGate();
const worlds = new Map<string, Promise<World>>();
const worldOf = ({ locked }: CrashScenario): Promise<World> => {
  const key = String(locked);
  const world =
    worlds.get(key) ??
    prepareWorld({ overrides: { pruneWindowSeconds: '120' }, ...(locked ? { lock: 'governance' } : {}) });
  worlds.set(key, world);
  return world;
};
const made = new Map<string, Stage>();
const stageOf = async (scenario: CrashScenario): Promise<Stage> => {
  const key = `${scenario.stage} ${scenario.locked}`;
  const stage = made.get(key) ?? (await makeStage(await worldOf(scenario), stages[scenario.stage]));
  made.set(key, stage);
  return stage;
};

for (const { scenario: name, cases } of series) {
  const scenario = crashScenarios[name];
  if (!scenario) throw new Error(`there is no ${name}: ${Object.keys(crashScenarios).join(', ')}`);
  const stage = await stageOf(scenario);
  for (const each of cases) {
    const { boundaries, crashed, ended, sweeps, report } = await runCase(scenario, stage, each ?? undefined);
    const { failure, lines, said, cpuMs, events, virtualSeconds } = report;
    const line: CaseReport = {
      scenario: name,
      ...(each ? { crash: each } : { boundaries }),
      ...(crashed ? { crashed } : {}),
      ...{ ended, sweeps, cpuMs, events, virtualSeconds },
      rssMb: Math.round(process.memoryUsage.rss() / 1_048_576),
      ...(failure
        ? { failure: failure.message, stack: failure.stack ?? '', lines: lines.slice(-6_000), said: said.slice(-60) }
        : {}),
    };
    say(`${JSON.stringify(line)}\n`);
  }
}
for (const stage of made.values()) stage.remove();
for (const world of worlds.values()) (await world).remove();
