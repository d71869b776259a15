import type { DynaliteStore, DynaliteTable } from 'dynalite/db/index.js';

/**
 * dynalite reads a table's definition anew for each operation on it: that was a tenth of the time of a job's steps. What a
 * read brings is kept only if nothing was written since it began: a definition that is out of date would stay so for ever.
 */
export const keepTablesInMemory = (tables: Pick<DynaliteStore['tableDb'], 'get' | 'put' | 'del'>): void => {
  const kept = new Map<string, string>();
  const writes = new Map<string, number>();
  const written = (key: string): void => {
    kept.delete(key);
    writes.set(key, (writes.get(key) ?? 0) + 1);
  };
  const { get, put, del } = tables;
  tables.get = (key, done) => {
    const text = kept.get(key);
    // parsed each time: dynalite changes what it is given
    if (text !== undefined) return queueMicrotask(() => done(null, JSON.parse(text) as DynaliteTable));
    const before = writes.get(key);
    get.call(tables, key, (error, table) => {
      if (table && writes.get(key) === before) kept.set(key, JSON.stringify(table));
      done(error, table);
    });
  };
  // at its beginning and at its end: a read in between may bring either
  tables.put = (key, value, done) => {
    written(key);
    put.call(tables, key, value, (error) => {
      written(key);
      done(error);
    });
  };
  tables.del = (key, done) => {
    written(key);
    del.call(tables, key, (error) => {
      written(key);
      done(error);
    });
  };
};
