/** Where the lanes take their items from, and what each does with one. */
export interface Lanes<Item> {
  /** Called by all lanes at the same time. */
  readonly next: () => Promise<IteratorResult<Item, unknown>>;
  /** Makes one lane: what it keeps (a buffer) lives as long as it does. */
  readonly lane: () => (item: Item) => Promise<void>;
}

/**
 * Works items off in `count` lanes. When one lane fails, the others' signal is aborted, all are waited for, and the
 * first error is thrown: afterwards nothing of this runs any more.
 */
export const inLanes = async <Item>(
  count: number,
  signal: AbortSignal,
  open: (signal: AbortSignal) => Promise<Lanes<Item>>,
): Promise<void> => {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  let failure: { readonly error: unknown } | undefined;
  try {
    const lanes = await open(controller.signal);
    const run = async (): Promise<void> => {
      try {
        const work = lanes.lane();
        while (!controller.signal.aborted) {
          const item = await lanes.next();
          if (item.done) return;
          await work(item.value);
        }
      } catch (error) {
        failure ??= { error };
        controller.abort(error);
      }
    };
    await Promise.all(Array.from({ length: count }, run));
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  signal.throwIfAborted();
  if (failure) throw failure.error;
};
