/**
 * Maps `items`, at most `width` at a time; the answers are in the order of the items. The first error ends it: nothing more
 * is begun, and what is under way is not waited for. `library/in-parallel.ts` is for streams of items, and waits.
 */
export const inParallel = async <T, R>(
  items: readonly T[],
  width: number,
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await run(items[index] as T, index);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
};
