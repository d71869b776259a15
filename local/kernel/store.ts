import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open } from 'lmdb';

/** Records of one kind, kept on disk in key order. What is returned is a copy: change it, then `put` it back. */
export interface Table<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  delete(key: string): void;
  /** All records whose key starts with `prefix`, in key order. */
  entries(prefix?: string): Iterable<{ key: string; value: T }>;
}

export interface Store {
  table<T>(name: string): Table<T>;
  /** Runs `fn` synchronously; what it wrote is kept whole, or, if it throws, not at all. */
  transaction<R>(fn: () => R): R;
  /** A folder of the data folder for files (volumes, objects); made if missing. */
  folder(name: string): string;
  close(): Promise<void>;
}

/**
 * The local cloud's state, in an LMDB file below `dataDir`. Not synced at each commit: it survives the end of the
 * process however it comes (the pages are the kernel's), not the end of the machine.
 */
export const openStore = (dataDir: string): Store => {
  mkdirSync(dataDir, { recursive: true });
  const root = open({ path: join(dataDir, 'state.lmdb'), maxDbs: 128, noSync: true, compression: false });
  const tables = new Map<string, Database>();
  return {
    table<T>(name: string): Table<T> {
      let db = tables.get(name) as Database<T, string> | undefined;
      if (!db) {
        db = root.openDB<T, string>({ name });
        tables.set(name, db as Database);
      }
      const table = db;
      return {
        get: (key) => table.get(key),
        put: (key, value) => void table.putSync(key, value),
        delete: (key) => void table.removeSync(key),
        *entries(prefix = '') {
          for (const { key, value } of table.getRange({ start: prefix, snapshot: false })) {
            if (!key.startsWith(prefix)) return;
            yield { key, value };
          }
        },
      };
    },
    transaction: (fn) => root.transactionSync(fn) as ReturnType<typeof fn>,
    folder(name) {
      const folder = join(dataDir, name);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    close: () => root.close(),
  };
};
