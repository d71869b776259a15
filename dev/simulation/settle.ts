import { setTimeout as sleep } from 'node:timers/promises';
import { broken } from './invariants/invariants.ts';
import type { Run } from './run.ts';

/** Longer than a stopped attempt's cleanup waits before it looks once more. */
const CLEANUP_MS = 15 * 60_000;
/** So long the reaper leaves alone what it finds: shorter than deployed (4 h), since every virtual hour costs seconds. */
export const REAPER_GRACE_HOURS = '1';
/** It comes every hour. */
const SWEEP_MS = 2.2 * 3_600_000;

/** What an invariant forbids is still there after two sweeps. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

/** The end of every run: no more chaos, no more nodes, and nothing may be left after two sweeps at most. */
export const settle = async (run: Run): Promise<void> => {
  run.calm();
  for (const node of run.nodes()) node.kill();
  await sleep(CLEANUP_MS);
  let wrong = await broken(run);
  for (let sweep = 1; wrong.length > 0 && sweep <= 2; sweep++) {
    run.trace.note(`sweep ${sweep} is waited for: ${wrong.join('; ')}`);
    await sleep(SWEEP_MS);
    wrong = await broken(run);
  }
  if (wrong.length > 0) throw new InvariantBroken(wrong.join('\n'));
};
