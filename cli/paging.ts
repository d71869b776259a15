import { type Command, InvalidArgumentError } from 'commander';

export interface PagingOptions {
  readonly limit: number;
  readonly next?: string;
  readonly all?: boolean;
}

export const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

export const withPaging = (command: Command): Command =>
  command
    .option('--limit <n>', 'how many at a time, at most 100', wholeNumber, 25)
    .option('--next <token>', 'go on after an earlier page')
    .option('--all', 'everything, page after page');

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** One page, or all of them joined. */
export const readPages = async <T>(
  options: PagingOptions,
  read: (query: { limit: number; next: string | undefined }) => Promise<Page<T>>,
): Promise<Page<T>> => {
  const { limit, all } = options;
  const items: T[] = [];
  for (let next = options.next; ; ) {
    const page = await read({ limit: all ? 100 : limit, next });
    items.push(...page.items);
    next = page.next;
    if (!all || next === undefined) return { items, ...(next === undefined ? {} : { next }) };
  }
};
