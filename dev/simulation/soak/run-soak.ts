/** The soak's own process: its argument is SoakOptions as JSON. Ends with 1 if anything was lost, doubled or left. */
import '../virtual/install.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Chaos, faultKinds } from '../call.ts';
import type { Run } from '../run.ts';
import type { Random } from '../virtual/seeded-random.ts';
import { realNow } from '../virtual/virtual-clock.ts';

export interface SoakOptions {
  readonly jobs: number;
  readonly tenants: number;
  readonly nodes: number;
  readonly failing: number;
  readonly killed: number;
  readonly seed: number;
}

const options = JSON.parse(process.argv[2] ?? '') as SoakOptions;
// All that is of the product is imported after time, randomness and modules are the simulation's.
const { loadSources } = await import('../load-sources.ts');
loadSources(new URL('../../..', import.meta.url).pathname.replace(/\/$/, ''));
const { installGate } = await import('../gate.ts');
const { prepareWorld } = await import('../world.ts');
const { runScenario } = await import('../run.ts');
const { settle } = await import('../settle.ts');
const { customer, newTally } = await import('./customers.ts');

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** The newest calls of a soak that failed. */
const LINES = 60;
/** What is refused for good ends a job by its name, and no retry helps: the fault matrix has that. */
const passing = faultKinds.filter((kind) => kind !== 'access-denied');
/** As the random chaos: how processes get credentials is not disturbed, and persons try again by themselves. */
const spared = ['unsigned', 'execute-api'];

const counts = { calls: 0, failed: new Map<string, number>(), kills: 0, waves: 0 };
const tally = newTally();

const chaos = (random: Random, run: Run): Chaos => {
  const wave = (): void => {
    if (run.isCalm()) return;
    counts.waves += 1;
    const living = [...run.nodes()];
    for (let i = 0; i < Math.round(options.nodes * options.killed) && living.length > 0; i++) {
      const [node] = living.splice(random.below(living.length), 1);
      if (node) run.replaceNode(node, 30_000);
      counts.kills += 1;
    }
    setTimeout(wave, 10 * MINUTE);
  };
  setTimeout(wave, 5 * MINUTE);
  return ({ kind, service }) => {
    counts.calls += 1;
    if (kind === 'person' || spared.includes(service) || !random.chance(options.failing)) return 'go';
    const fault = random.pick(passing);
    counts.failed.set(fault, (counts.failed.get(fault) ?? 0) + 1);
    return { fault };
  };
};

const told = (map: ReadonlyMap<string, number>): string =>
  [...map]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';
const sum = (map: ReadonlyMap<string, number>): number => [...map.values()].reduce((all, count) => all + count, 0);
const rss = (): number => Math.round(process.memoryUsage.rss() / 1_048_576);

installGate();
const begun = realNow();
const seconds = (): number => Math.round((realNow() - begun) / 1_000);
const world = await prepareWorld({ tenants: options.tenants });
console.log(`${options.tenants} tenants are bound after ${seconds()} s; seed ${options.seed}`);

let shown = 0;
const progress = (): void => {
  const { completed } = tally;
  if (completed - shown < 50) return;
  shown = completed;
  console.log(`${completed} jobs completed, ${counts.kills} nodes killed, ${seconds()} s, ${rss()} MiB`);
};
const report = await runScenario(
  world,
  async (run) => {
    const customers = run.tenants.map((tenant) => customer(run, tenant, tally));
    const timer = setInterval(progress, MINUTE);
    const share = (index: number): number =>
      Math.floor(options.jobs / customers.length) + (index < options.jobs % customers.length ? 1 : 0);
    await Promise.all(customers.map((each, index) => each.live(share(index))));
    clearInterval(timer);
    run.calm();
    await sleep(15 * MINUTE);
    await Promise.all(customers.map((each) => each.inspect()));
    await settle(run);
  },
  { seed: String(options.seed), chaos, nodes: options.nodes, limitMs: 365 * DAY },
);
world.remove();

const { started, completed, failures, compared } = tally;
const faults = sum(counts.failed);
console.log(`jobs      ${Object.entries(started)
  .map(([type, count]) => `${count} ${type}`)
  .join(', ')}: ${completed} completed; tried again: ${told(failures)}
calls     ${report.events} events, ${counts.calls} calls, ${faults} failed (${((100 * faults) / Math.max(1, counts.calls)).toFixed(1)} %): ${told(counts.failed)}
nodes     ${options.nodes}, ${counts.kills} killed in ${counts.waves} waves
restores  ${compared} compared byte by byte
time      ${(report.virtualSeconds / 3_600).toFixed(1)} virtual hours in ${seconds()} s, ${rss()} MiB; seed ${options.seed}, trace ${report.hash.slice(0, 16)}`);
/** What was asked for and did not happen: a soak in which nothing failed shows nothing. */
const missing = [
  ...(options.failing > 0 && faults === 0 ? ['no call failed'] : []),
  ...(options.killed > 0 && counts.kills === 0 ? ['no node was killed'] : []),
  ...(compared === 0 ? ['no restore was compared'] : []),
];
if (report.failure) {
  console.log(`FAILED: ${report.failure.stack ?? report.failure}`);
  console.log(report.lines.slice(-LINES).join('\n'));
} else if (missing.length > 0) console.log(`FAILED: ${missing.join(', ')}`);
else console.log('0 lost, 0 twice, 0 left behind');
process.exitCode = report.failure || missing.length > 0 ? 1 : 0;
