/** Some items at once, in the order of their coming. Ends at the first failure, when what is under way has ended. */
export const inParallel = async <T>(
  items: Iterable<T> | AsyncIterable<T>,
  { atOnce, signal }: { readonly atOnce: number; readonly signal?: AbortSignal | undefined },
  work: (item: T) => Promise<void>,
): Promise<void> => {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let failed = false;
  const run = async (): Promise<void> => {
    try {
      while (!failed) {
        signal?.throwIfAborted();
        const next = await iterator.next();
        if (next.done) return;
        await work(next.value);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const runs = await Promise.allSettled(Array.from({ length: atOnce }, run));
  if (failed) await iterator.return?.();
  for (const run of runs) if (run.status === 'rejected') throw run.reason;
};
