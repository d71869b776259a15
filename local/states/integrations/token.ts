import { Aborted, StateFailure } from '../interpreter/errors.ts';
import type { StateContext } from '../interpreter/state-context.ts';
import type { Json } from '../json.ts';
import type { TaskCall } from './task-call.ts';

/**
 * Waits until a token is answered, its heartbeat is missed, or the task's time is over. The API writes the answer into
 * the journal under `answerAt`; this only has to notice. `heartbeatFrom` is set once the heartbeat counts.
 */
export const awaitAnswer = (call: TaskCall, token: string, answerAt: string): Promise<Json> => {
  const { run, frame } = call.context;
  const { engine } = run;
  return run
    .effect(
      frame,
      async (signal) => {
        while (run.outcomeAt(answerAt) === undefined) {
          const record = engine.tables.tokens.get(token);
          const from = record?.heartbeatAt;
          const due =
            call.heartbeatSeconds === undefined || from === undefined ? undefined : from + call.heartbeatSeconds * 1000;
          if (due !== undefined && due <= run.now()) throw new StateFailure('States.Timeout', undefined, true);
          await untilChange(call.context, token, due, signal);
        }
        return null;
      },
      call.deadline,
      answerAt,
    )
    .finally(() => engine.closeToken(token));
};

const untilChange = async (
  { run }: StateContext,
  token: string,
  due: number | undefined,
  signal: AbortSignal,
): Promise<void> => {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const change = run.engine.tokenChange(token, either);
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = due === undefined ? undefined : run.engine.kernel.clock.at(due, resolve);
  try {
    await Promise.race([change, timeout]);
    if (signal.aborted) throw new Aborted();
  } finally {
    timer?.cancel();
    change.catch(() => undefined);
    over.abort();
  }
};
