import type { Json, JsonObject } from '../json.ts';
import { Aborted, HistoryFull, StateFailure } from './errors.ts';
import type { Frame } from './frame.ts';
import type { StateContext } from './state-context.ts';

export interface Branch {
  readonly frame: Frame;
  readonly controller: AbortController;
  readonly index: number;
  run(): Promise<Json>;
}

export interface BranchHooks {
  /** After a branch has succeeded. */
  succeeded?(branch: Branch): Promise<void>;
  failed?(branch: Branch): Promise<void>;
  aborted?(branch: Branch): Promise<void>;
}

const abortable = new Set(['Task', 'Wait', 'Parallel', 'Map']);

/**
 * Runs branches, at most `limit` at a time, until all have succeeded or one has failed. In the latter case the others
 * are ended, the history says so, and the failure is thrown. The branch of the last event is where the state goes on.
 */
export const runBranches = async (
  context: StateContext,
  count: number,
  limit: number,
  begin: (index: number, previous: number) => Promise<Branch>,
  hooks: BranchHooks = {},
): Promise<Json[]> => {
  const { run, frame } = context;
  const outputs: Json[] = new Array<Json>(count).fill(null);
  const running = new Map<number, Branch>();
  const first = run.decided(frame);
  let next = 0;
  let lastEvent = frame.previous;
  const started = frame.previous;

  const { promise: failing, reject: fail } = Promise.withResolvers<never>();
  failing.catch(() => undefined);

  const take = async (slotPrevious: number): Promise<void> => {
    let previous = slotPrevious;
    while (next < count) {
      const index = next++;
      const branch = await begin(index, previous);
      running.set(index, branch);
      try {
        outputs[index] = await branch.run();
      } catch (error) {
        if (!(error instanceof StateFailure)) throw error;
        // After a restart branches may reach their failures in another order: the one that counted, counts.
        if (first.value !== undefined && first.value !== index) return await new Promise<never>(() => undefined);
        if (first.value === undefined) first.decide(index);
        fail({ branch, error });
        return await new Promise<never>(() => undefined);
      }
      running.delete(index);
      previous = branch.frame.previous;
      lastEvent = previous;
      frame.now = Math.max(frame.now, branch.frame.now);
      await hooks.succeeded?.(branch);
    }
  };

  const slots = Array.from({ length: Math.min(limit, count) }, () => take(started));
  for (const slot of slots) slot.catch(() => undefined);
  try {
    await Promise.race([Promise.all(slots), failing]);
  } catch (reason) {
    const { branch: failed, error } = reason as { branch?: Branch; error?: StateFailure };
    for (const branch of running.values()) branch.controller.abort(new Aborted());
    if (!failed || !error) throw reason instanceof HistoryFull || reason instanceof Error ? reason : new Aborted();
    frame.previous = failed.frame.previous;
    frame.now = Math.max(frame.now, failed.frame.now);
    await hooks.failed?.(failed);
    await abandoned(context, failed);
    for (const branch of running.values()) {
      if (branch === failed) continue;
      await hooks.aborted?.(branch);
      await abandoned(context, branch);
    }
    throw error;
  }
  frame.previous = lastEvent;
  return outputs;
};

/** AWS marks the state in which a branch was ended, if it is one that takes time. */
const abandoned = async (context: StateContext, branch: Branch): Promise<void> => {
  const { active } = branch.frame;
  if (active && abortable.has(active)) await aside(context, `${active}StateAborted`);
};

/** Adds an event that nothing follows from. */
export const aside = (context: StateContext, type: string, details?: JsonObject, previous?: number): Promise<number> =>
  context.run.emit(context.frame, type, details, previous);
