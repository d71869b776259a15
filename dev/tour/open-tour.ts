import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalHoldfast } from '../local-holdfast.ts';
import { createTour, type Tour } from './world.ts';

/** A tour's world on a data folder of its own. `close` ends the machines and, unless it is to be kept, removes the folder. */
export const openTour = async (): Promise<Tour & { close(keep: boolean): Promise<string> }> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-tour-'));
  const local = await startLocalHoldfast({ dataDir, overrides: { heartbeatSeconds: '2', settleSeconds: '2' } });
  return {
    ...createTour(local),
    async close(keep) {
      await local.stop();
      if (!keep) rmSync(dataDir, { recursive: true, force: true });
      return dataDir;
    },
  };
};
