import { aside, type Branch, runBranches } from './branches.ts';
import { processorOf } from './definition.ts';
import { Frame } from './frame.ts';
import { concurrencyOf, itemsOf, selectItem, toleranceOf } from './map-fields.ts';
import { checkSize, type StateContext, type StateResult } from './state-context.ts';

/** AWS runs at most 40 iterations of an inline Map at a time, whatever MaxConcurrency says. */
const INLINE_CONCURRENCY = 40;

export const runInline = async (context: StateContext): Promise<StateResult> => {
  const { state, frame, run, name } = context;
  const items = await itemsOf(context);
  const asked = await concurrencyOf(context);
  const limit = asked > 0 ? Math.min(asked, INLINE_CONCURRENCY) : INLINE_CONCURRENCY;
  await context.emit('MapStateStarted', { length: items.length });
  await toleranceOf(context);
  const started = frame.previous;
  const place = frame.place();

  const begin = async (index: number, previous: number): Promise<Branch> => {
    const item = items[index] ?? null;
    const input = await selectItem(context, item, index);
    const controller = new AbortController();
    const inner = new Frame(
      `${place}.${index}`,
      AbortSignal.any([frame.signal, controller.signal]),
      { previous, now: frame.now, variables: frame.variables },
      { Index: index, Value: item },
    );
    inner.previous = await run.emit(inner, 'MapIterationStarted', { name, index });
    return { frame: inner, controller, index, run: () => run.interpret(inner, processorOf(state), input) };
  };
  let lastSucceeded = started;
  const outputs = await runBranches(context, items.length, limit, begin, {
    succeeded: async ({ frame: inner, index }) => {
      lastSucceeded = await run.emit(inner, 'MapIterationSucceeded', { name, index });
    },
    failed: async ({ index }) => void (await aside(context, 'MapIterationFailed', { name, index })),
    aborted: async ({ index }) => void (await aside(context, 'MapIterationAborted', { name, index })),
  });
  checkSize(
    outputs,
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
  frame.previous = lastSucceeded;
  await context.emit('MapStateSucceeded');
  const output = await context.exit(state, outputs, { result: outputs }, { previous: lastSucceeded });
  return state.Next === undefined ? { output } : { output, next: state.Next };
};
