import type { ControlCall } from './order-runner.ts';
import type { MaintenanceTools } from './order-tools.ts';
import type { FromWorker } from './worker-protocol.ts';

/** A worker thread's line to the main thread, which speaks to the broker. */
export interface MaintenanceLine extends Omit<MaintenanceTools, 'store'> {
  /** What the main thread answers. */
  controlCalled(error: { readonly name: string; readonly message: string } | undefined): void;
}

/** Progress is for heartbeats, which are many seconds apart. */
const TELL_MS = 500;

export const createMaintenanceLine = (say: (message: FromWorker) => void): MaintenanceLine => {
  let asked = Promise.withResolvers<void>();
  let toldAt = -Infinity;
  const call = (asking: ControlCall): Promise<void> => {
    asked = Promise.withResolvers<void>();
    say({ type: 'call-control', call: asking });
    return asked.promise;
  };
  return {
    noteCondemned: (generation) => call({ operation: 'noteCondemned', generation }),
    raiseFences: (before, generation) => call({ operation: 'raiseFences', before, generation }),
    tell(progress) {
      const now = performance.now();
      if (now - toldAt < TELL_MS && progress.done < progress.total) return;
      toldAt = now;
      say({ type: 'progress', progress });
    },
    controlCalled(error) {
      if (error === undefined) return asked.resolve();
      const refused = new Error(error.message);
      refused.name = error.name;
      asked.reject(refused);
    },
  };
};
