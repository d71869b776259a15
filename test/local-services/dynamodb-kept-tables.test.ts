/** Tables that are kept in memory: what a read brings that a write overtook is never kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DynaliteTable } from 'dynalite/db/index.js';
import { keepTablesInMemory } from '../../local/dynamodb/kept-tables.ts';

type Done = (error: Error | null, table?: DynaliteTable) => void;

const table = (TableStatus: string): DynaliteTable => ({ TableName: 't', TableStatus, KeySchema: [] });

/** A database whose calls end when the test says so. */
const slowDatabase = () => {
  const waiting: (() => void)[] = [];
  let stored = table('CREATING');
  const tables = {
    get: (_key: string, done: Done) => {
      const found = stored;
      waiting.push(() => done(null, found));
    },
    put: (_key: string, value: DynaliteTable, done: (error: Error | null) => void) => {
      stored = value;
      waiting.push(() => done(null));
    },
    del: (_key: string, done: (error: Error | null) => void) => void waiting.push(() => done(null)),
  };
  keepTablesInMemory(tables);
  const status = (): Promise<string | undefined> =>
    new Promise((resolve) => tables.get('t', (_, found) => resolve(found?.TableStatus)));
  const end = (at: number): void => waiting.splice(at, 1)[0]?.();
  return { tables, status, end };
};

for (const [order, ends] of [
  ['before the read', [1, 0]],
  ['after it', [0, 0]],
] as const) {
  test(`a read that began before a write is not kept where the write ends ${order}`, async () => {
    const { tables, status, end } = slowDatabase();
    const early = status();
    tables.put('t', table('ACTIVE'), () => undefined);
    for (const at of ends) end(at);
    assert.equal(await early, 'CREATING');
    const later = status();
    end(0);
    assert.equal(await later, 'ACTIVE');
    // and that is kept: nothing is asked of the database any more
    assert.equal(await status(), 'ACTIVE');
  });
}
