/**
 * Records in order of time, by rows that point to them. A row is written before its record, so that no record is ever
 * missing from the list; a row whose record was never written, or has another time by now, stands for nothing.
 */
import type { Page, PageRequest } from '../../core/ports/page.ts';
import type { Item } from './dynamo-item.ts';
import { readPage } from './dynamo-pages.ts';
import type { Table } from './dynamo-table.ts';

/** `time` in ms since 1970; 15 digits sort until the year 33,658. */
export const timelineRow = (pk: string, time: number, id: string): Item => ({
  pk,
  sk: `${String(time).padStart(15, '0')}#${id}`,
  id,
  time,
});

/** Newest first. `load` answers the records of the ids that exist, in any order. */
export const readTimeline = <T>(
  table: Table,
  pk: string,
  request: PageRequest,
  load: (ids: readonly string[]) => Promise<readonly T[]>,
  of: (record: T) => { readonly id: string; readonly time: number },
): Promise<Page<T>> =>
  readPage(table, pk, request, true, async (rows) => {
    // Two rows may name one record, and DynamoDB refuses to be asked for it twice.
    const ids = [...new Set(rows.map(({ id }) => id as string))];
    const records = new Map((await load(ids)).map((record) => [of(record).id, record]));
    return rows.map(({ id, time }) => {
      const record = records.get(id as string);
      return record !== undefined && of(record).time === time ? record : undefined;
    });
  });
