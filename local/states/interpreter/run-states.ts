import type { State } from './definition.ts';
import { runMap } from './map.ts';
import { runParallel } from './parallel.ts';
import type { Interpret } from './run.ts';
import { runChoice, runFail, runPass, runSucceed, runWait } from './simple-states.ts';
import { StateContext, type StateHandler } from './state-context.ts';
import { runTask } from './task.ts';

const handlers: Readonly<Record<State['Type'], StateHandler>> = {
  Pass: runPass,
  Choice: runChoice,
  Wait: runWait,
  Succeed: runSucceed,
  Fail: runFail,
  Task: runTask,
  Parallel: runParallel,
  Map: runMap,
};

export const runStates: Interpret = async (run, frame, block, blockInput) => {
  let name = block.StartAt;
  let input = blockInput;
  for (;;) {
    const state = block.States[name];
    if (!state) throw new Error(`a transition to the missing state '${name}' passed validation`);
    const context = new StateContext(run, frame, name, state, input);
    await context.enter();
    let result: Awaited<ReturnType<StateHandler>>;
    try {
      result = await handlers[state.Type](context);
    } catch (error) {
      throw await context.failureOf(error);
    }
    if (result.next === undefined) return result.output;
    name = result.next;
    input = result.output;
  }
};
