import type { Ebs } from './ebs.ts';
import type { PageWish } from './page-input.ts';

/**
 * One page of a list of blocks. Now and then it is empty although more follows, as AWS says that it may be; the page
 * after an empty one never is.
 */
export const fillPage = <T extends number | { readonly index: number }>(
  ebs: Ebs,
  what: string,
  { size, start }: PageWish,
  token: string | undefined,
  from: (start: number) => Iterable<T>,
): { items: T[]; nextToken?: string } => {
  const now = ebs.now;
  const place = token === undefined ? { start, afterEmpty: false } : ebs.tokens.readPageToken(what, token, now);
  if (!place.afterEmpty && ebs.nextPageIsEmpty())
    return { items: [], nextToken: ebs.tokens.pageToken(what, place.start, true, now) };
  const items: T[] = [];
  for (const item of from(place.start)) {
    if (items.length < size) {
      items.push(item);
      continue;
    }
    const next = typeof item === 'number' ? item : item.index;
    return { items, nextToken: ebs.tokens.pageToken(what, next, false, now) };
  }
  return { items };
};
