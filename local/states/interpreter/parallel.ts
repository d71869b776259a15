import { type Branch, runBranches } from './branches.ts';
import { Frame } from './frame.ts';
import { withRetryAndCatch } from './retry-catch.ts';
import type { StateHandler } from './state-context.ts';

export const runParallel: StateHandler = (context) =>
  withRetryAndCatch(
    context,
    async () => {
      const { state, frame, run } = context;
      const blocks = state.Branches ?? [];
      const input =
        state.Arguments === undefined ? context.input : await context.evaluate(state.Arguments, 'Arguments');
      await context.emit('ParallelStateStarted');
      const place = frame.place();
      const begin = async (index: number, previous: number): Promise<Branch> => {
        const block = blocks[index];
        if (!block) throw new Error(`no branch ${index}`);
        const controller = new AbortController();
        const inner = new Frame(
          `${place}.${index}`,
          AbortSignal.any([frame.signal, controller.signal]),
          { previous, now: frame.now, variables: frame.variables },
          frame.mapItem,
        );
        return { frame: inner, controller, index, run: () => run.interpret(inner, block, input) };
      };
      const outputs = await runBranches(context, blocks.length, blocks.length, begin);
      const last = frame.previous;
      await context.emit('ParallelStateSucceeded');
      const output = await context.exit(state, outputs, { result: outputs }, { previous: last });
      return state.Next === undefined ? { output } : { output, next: state.Next };
    },
    async () => void (await context.emit('ParallelStateFailed')),
  );
