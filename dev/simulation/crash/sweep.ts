import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../run.ts';
import { runAsCloud } from '../virtual/sim-process.ts';

/** Once, as EventBridge Scheduler would: an answer that is an error is Lambda's to try again. */
export const startReap = async (run: Run): Promise<void> => {
  await run.aws('lambda', 'Invoke', {
    FunctionName: `holdfast-${run.world.place.stage}-reap`,
    InvocationType: 'Event',
    Payload: Buffer.from('{}'),
  });
  // until it has begun
  await sleep(2_000);
};

/** One whole sweep; what it starts goes on. */
export const sweepOnce = (run: Run): Promise<void> =>
  runAsCloud(async () => {
    const { FunctionError, Payload } = await run.aws<{ FunctionError?: string; Payload: Buffer }>('lambda', 'Invoke', {
      FunctionName: `holdfast-${run.world.place.stage}-reap`,
      Payload: Buffer.from('{}'),
    });
    if (FunctionError !== undefined) throw new Error(`the reaper ended with ${String(Payload)}`);
  });
