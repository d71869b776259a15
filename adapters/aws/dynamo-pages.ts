import { InvalidRequest } from '../../core/domain/errors.ts';
import type { Page, PageRequest } from '../../core/ports/page.ts';
import type { Item } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';

const encode = (sk: string): string => Buffer.from(sk).toString('base64url');

/** A cursor names a place in the partition that the caller's own id selects: a forged one reaches nothing else. */
const decode = (next: string): string => {
  const sk = Buffer.from(next, 'base64url').toString();
  // Our sort keys are ASCII; DynamoDB refuses those above 1,024 bytes.
  if (!/^[\x20-\x7e]{1,512}$/.test(sk) || encode(sk) !== next)
    throw new InvalidRequest('next is not a cursor of this list', { field: 'next' });
  return sk;
};

/**
 * One page of a partition. `load` answers one record, or undefined for a row that stands for nothing (its record was
 * never written), for each row; such rows are passed over, and the page is filled up.
 */
export const readPage = async <T>(
  table: Table,
  pk: string,
  { limit, next }: PageRequest,
  descending: boolean,
  load: (rows: readonly Item[]) => Promise<readonly (T | undefined)[]>,
): Promise<Page<T>> => {
  const found: { readonly sk: string; readonly record: T }[] = [];
  let after = next === undefined ? undefined : decode(next);
  do {
    const page = await table.rows(pk, {
      // One more than asked for tells whether there is a next page.
      limit: limit + 1 - found.length,
      descending,
      ...(after === undefined ? {} : { after }),
    });
    const records = await load(page.items);
    page.items.forEach(({ sk }, index) => {
      const record = records[index];
      if (record !== undefined) found.push({ sk, record });
    });
    after = page.last;
  } while (after !== undefined && found.length <= limit);
  const items = found.slice(0, limit).map(({ record }) => record);
  const last = found[limit - 1];
  return { items, ...(found.length > limit && last ? { next: encode(last.sk) } : {}) };
};
