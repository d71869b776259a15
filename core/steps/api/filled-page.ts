import type { Page, PageRequest } from '../../ports/page.ts';

/** A filter that next to nothing passes: pages looked at for one answer. */
const MOST_PAGES = 20;

/**
 * A page of what passes a filter. It may be shorter than asked for, even empty, and still have a next: a long list of
 * other things is not read to its end at once.
 */
export const filledPage = async <T>(
  list: (page: PageRequest) => Promise<Page<T>>,
  { limit, next: start }: PageRequest,
  passes: (item: T) => boolean,
): Promise<Page<T>> => {
  const items: T[] = [];
  let next = start;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    // no more than fits: every item of a page that was read is decided
    const page = await list({ limit: limit - items.length, ...(next === undefined ? {} : { next }) });
    items.push(...page.items.filter(passes));
    next = page.next;
    if (next === undefined || items.length >= limit) break;
  }
  return { items, ...(next === undefined ? {} : { next }) };
};
