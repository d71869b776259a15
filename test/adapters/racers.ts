/** Runs them at once. */
export const racers = <T>(count: number, run: (racer: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, racer) => run(racer)));

/** All pages of a list, each of `limit`. */
export const walk = async <T>(
  limit: number,
  list: (page: { limit: number; next?: string }) => Promise<{ items: readonly T[]; next?: string }>,
): Promise<T[][]> => {
  const pages: T[][] = [];
  let next: string | undefined;
  do {
    const page = await list({ limit, ...(next === undefined ? {} : { next }) });
    pages.push([...page.items]);
    next = page.next;
  } while (next !== undefined);
  return pages;
};
