/** The parts of dynalite that stand behind its server: it has no types, and hands its server no table ARNs. */
declare module 'dynalite/db/index.js' {
  interface Level {
    get(key: string, done: (error: Error | null, value?: DynaliteTable) => void): void;
    put(key: string, value: DynaliteTable, done: (error: Error | null) => void): void;
    del(key: string, done: (error: Error | null) => void): void;
  }

  export interface DynaliteTable {
    TableName: string;
    TableStatus: string;
    KeySchema: { AttributeName: string; KeyType: string }[];
    GlobalSecondaryIndexes?: { IndexName: string; IndexStatus: string; KeySchema: { AttributeName: string }[] }[];
    LocalSecondaryIndexes?: { IndexName: string; KeySchema: { AttributeName: string }[] }[];
  }

  export interface DynaliteStore {
    readonly tableDb: Level & { awsAccountId: string; awsRegion: string };
    readonly db: {
      close(): Promise<void>;
      put(key: string, value: unknown): Promise<void>;
      iterator(): { all(): Promise<[key: string, value: unknown][]> };
    };
  }

  export function create(options: {
    /** Absent: in memory. */
    path?: string;
    createTableMs: number;
    deleteTableMs: number;
    updateTableMs: number;
  }): DynaliteStore;
}

declare module 'dynalite/validations/index.js' {
  import type { DynaliteStore } from 'dynalite/db/index.js';

  export function checkTypes(data: unknown, types: Record<string, unknown>): Record<string, unknown>;
  export function checkValidations(
    data: Record<string, unknown>,
    types: Record<string, unknown>,
    custom: unknown,
    store: DynaliteStore,
  ): void;
}
