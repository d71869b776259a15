import type { RunProgress } from '../core/contracts/library-runs.ts';
import type { RaiseFences } from './order-runner.ts';
import type { FromWorker } from './worker-protocol.ts';

/** A worker thread's line to the main thread, which speaks to the broker. */
export interface MaintenanceLine {
  readonly raiseFences: RaiseFences;
  tell(progress: RunProgress): void;
  /** What the main thread answers. */
  fencesRaised(error: { readonly name: string; readonly message: string } | undefined): void;
}

/** Progress is for heartbeats, which are many seconds apart. */
const TELL_MS = 500;

export const createMaintenanceLine = (say: (message: FromWorker) => void): MaintenanceLine => {
  let asked = Promise.withResolvers<void>();
  let toldAt = -Infinity;
  return {
    raiseFences(before, generation) {
      asked = Promise.withResolvers<void>();
      say({ type: 'raise-fences', before, generation });
      return asked.promise;
    },
    tell(progress) {
      const now = performance.now();
      if (now - toldAt < TELL_MS && progress.done < progress.total) return;
      toldAt = now;
      say({ type: 'progress', progress });
    },
    fencesRaised(error) {
      if (error === undefined) return asked.resolve();
      const refused = new Error(error.message);
      refused.name = error.name;
      asked.reject(refused);
    },
  };
};
