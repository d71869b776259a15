import type { Concurrency } from './concurrency.ts';

/** Where the lanes take their items from, and what each does with one. */
export interface Lanes<Item> {
  /** Called by all lanes at the same time. */
  readonly next: () => Promise<IteratorResult<Item, unknown>>;
  /** What is done with an item, in as many lanes as `concurrency` allows at the time. */
  readonly work: (item: Item) => Promise<void>;
  readonly concurrency: Pick<Concurrency, 'limit'>;
}

/**
 * Works items off in lanes: more are begun when the limit rises, and those above it end with the item that they have.
 * When one fails, the others' signal is aborted, all are waited for, and the first error is thrown: afterwards nothing
 * of this runs any more.
 */
export const inLanes = async <Item>(
  signal: AbortSignal,
  open: (signal: AbortSignal) => Promise<Lanes<Item>>,
): Promise<void> => {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  let failure: { readonly error: unknown } | undefined;
  try {
    const { next, work, concurrency } = await open(controller.signal);
    const ended = Promise.withResolvers<void>();
    let lanes = 0;
    let exhausted = false;
    const mayGoOn = (): boolean => !exhausted && !controller.signal.aborted;
    const run = async (): Promise<void> => {
      try {
        // counted at once, so that they do not all end when the limit falls
        while (mayGoOn() && lanes <= concurrency.limit) {
          const item = await next();
          if (item.done) exhausted = true;
          else await work(item.value);
          fill();
        }
      } catch (error) {
        failure ??= { error };
        controller.abort(error);
      }
      lanes -= 1;
      if (lanes === 0) ended.resolve();
    };
    const fill = (): void => {
      while (mayGoOn() && lanes < concurrency.limit) {
        lanes += 1;
        void run();
      }
    };
    fill();
    if (lanes === 0) ended.resolve();
    await ended.promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  signal.throwIfAborted();
  if (failure) throw failure.error;
};
