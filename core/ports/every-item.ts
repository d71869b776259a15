import type { Page, PageRequest } from './page.ts';

const PAGE = 100;

/** Every item of a list, all pages of it. */
export async function* everyItem<T>(list: (page: PageRequest) => Promise<Page<T>>): AsyncGenerator<T> {
  for (let next: string | undefined; ; ) {
    const page = await list({ limit: PAGE, ...(next === undefined ? {} : { next }) });
    yield* page.items;
    if (page.next === undefined) return;
    next = page.next;
  }
}

/** The same, at once. */
export const allItems = async <T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> => {
  const items: T[] = [];
  for await (const item of everyItem(list)) items.push(item);
  return items;
};
