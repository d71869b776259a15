/** A process of its own for a series of runs: its argument is a SeriesOptions as JSON; a line of JSON for each run. */
import './virtual/install.ts';
import type { Report, SeriesOptions } from './series.ts';

const options = JSON.parse(process.argv[2] ?? '') as SeriesOptions;
const say = process.stdout.write.bind(process.stdout);
// All that is of the product is imported after time, randomness and modules are the simulation's.
const { loadSources } = await import('./load-sources.ts');
loadSources(new URL('../..', import.meta.url).pathname.replace(/\/$/, ''), options.mutations);
const { installGate } = await import('./gate.ts');
const { prepareWorld } = await import('./world.ts');
const { runScenario } = await import('./run.ts');
const { scenarios } = await import('./scenarios/scenarios.ts');
const { randomChaos } = await import('./chaos.ts');
const { REAPER_GRACE_HOURS, settle } = await import('./settle.ts');

installGate();
const world = await prepareWorld({
  overrides: { reaperGraceHours: REAPER_GRACE_HOURS },
  mutations: options.mutations ?? [],
});
for (const { seed, scenario: name } of options.runs) {
  const scenario = scenarios[name];
  if (!scenario) throw new Error(`there is no scenario ${name}: ${Object.keys(scenarios).join(', ')}`);
  const { failure, lines, said, ...rest } = await runScenario(
    world,
    async (run) => {
      await scenario(run);
      await settle(run);
    },
    { seed, ...(options.calm ? {} : { chaos: randomChaos }) },
  );
  const tail = failure || options.trace ? { lines: options.trace ? lines : lines.slice(-200), said } : {};
  const report: Report = {
    ...rest,
    ...tail,
    scenario: name,
    rssMb: Math.round(process.memoryUsage.rss() / 1_048_576),
    ...(failure ? { failure: `${failure.name}: ${failure.message}`, stack: failure.stack ?? '' } : {}),
  };
  say(`${JSON.stringify(report)}\n`);
}
world.remove();
