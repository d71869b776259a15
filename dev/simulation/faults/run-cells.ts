/** A process of its own for some cells, or for surveys: its argument is a Task as JSON; a line of JSON for each result. */
import '../virtual/install.ts';
import type { Task } from './task.ts';

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
const write = process.stdout.write.bind(process.stdout);
const say = (result: unknown): void => {
  write(`${JSON.stringify(result)}\n`);
};
// All that is of the product is imported after time, randomness and modules are the simulation's.
const { loadSources } = await import('../load-sources.ts');
loadSources(new URL('../../..', import.meta.url).pathname.replace(/\/$/, ''));
const { installGate } = await import('../gate.ts');
const { prepareWorld } = await import('../world.ts');
const { runCell, survey } = await import('./run-cell.ts');
const { faultScenarios } = await import('./fault-scenarios.ts');

const scenarioOf = (name: string) => {
  const scenario = faultScenarios[name];
  if (!scenario) throw new Error(`there is no scenario ${name}: ${Object.keys(faultScenarios).join(', ')}`);
  return scenario;
};

installGate();
const world = await prepareWorld();
for (const name of task.survey ?? []) say(await survey(world, name, scenarioOf(name)));
for (const cell of task.cells ?? []) say(await runCell(world, scenarioOf(cell.scenario), cell));
world.remove();
