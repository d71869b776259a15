import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type DynaliteStore, type DynaliteTable } from 'dynalite/db/index.js';
import { checkTypes, checkValidations } from 'dynalite/validations/index.js';
import { AwsError } from '../kernel/errors.ts';
import { keepTablesInMemory } from './kept-tables.ts';

const require = createRequire(import.meta.url);

interface Validation {
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom?: unknown;
}

type Action = (
  store: DynaliteStore,
  data: Record<string, unknown>,
  done: (error: Error | null, output?: Record<string, unknown>) => void,
) => void;

/** What an operation takes, checked by dynalite; `_`-members are what it parsed out of expressions. */
export type Checked = Record<string, unknown>;

/** A key of the database below the tables, and what it holds, as JSON. */
export type Entry = readonly [key: string, value: unknown];

const fileName = (operation: string): string => `${operation.slice(0, 1).toLowerCase()}${operation.slice(1)}.js`;
const validationOf = (operation: string) => require(`dynalite/validations/${fileName(operation)}`) as Validation;
const actionOf = (operation: string) => require(`dynalite/actions/${fileName(operation)}`) as Action;

/** The parameters of an operation that dynalite knows. */
export const parametersOf = (operation: string): string[] => Object.keys(validationOf(operation).types);

/** dynalite's errors carry their AWS form: `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`. */
const asAwsError = (error: unknown): unknown => {
  if (!(error instanceof Error) || !('body' in error)) return error;
  const { __type = '', message, Message } = error.body as { __type?: string; message?: string; Message?: string };
  return new AwsError(__type.split('#').at(-1) ?? 'InternalServerError', message ?? Message ?? '', 400);
};

/**
 * The tables of one account and region, in a LevelDB of their own. dynalite's operations are called in this process,
 * without its HTTP server: it would throw what it did not expect, and with that end the whole cloud.
 */
export class Engine {
  readonly #store: DynaliteStore;
  readonly #opened: Promise<void>;

  /** `place`: a folder, or, to be kept in memory alone, what the tables hold at first. */
  constructor(place: string | readonly Entry[], accountId: string, region: string) {
    const times = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
    if (typeof place === 'string') {
      mkdirSync(place, { recursive: true });
      this.#store = create({ path: place, ...times });
    } else this.#store = create(times);
    keepTablesInMemory(this.#store.tableDb);
    this.#store.tableDb.awsAccountId = accountId;
    this.#store.tableDb.awsRegion = region;
    this.#opened = typeof place === 'string' ? this.#finishCreations() : this.#fill(place);
  }

  /** Throws ValidationException, SerializationException. */
  check(operation: string, input: Record<string, unknown>): Checked {
    const { types, custom } = validationOf(operation);
    try {
      // dynalite deletes from what it is given.
      const data = checkTypes(structuredClone(input), types);
      checkValidations(data, types, custom, this.#store);
      return data;
    } catch (error) {
      throw asAwsError(error);
    }
  }

  async run(operation: string, data: Checked): Promise<Record<string, unknown>> {
    await this.#opened;
    return this.#run(operation, data);
  }

  #run(operation: string, data: Checked): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      actionOf(operation)(this.#store, data, (error, output) => {
        if (error) reject(asAwsError(error));
        else resolve(output ?? {});
      });
    });
  }

  async table(name: string): Promise<DynaliteTable | undefined> {
    await this.#opened;
    return this.#readTable(name);
  }

  #readTable(name: string): Promise<DynaliteTable | undefined> {
    // Errors of the database itself come again, and are reported, when the operation runs.
    return new Promise((resolve) => this.#store.tableDb.get(name, (_, table) => resolve(table)));
  }

  /** Everything that the tables hold. */
  async dump(): Promise<readonly Entry[]> {
    await this.#opened;
    return this.#store.db.iterator().all();
  }

  async #fill(entries: readonly Entry[]): Promise<void> {
    for (const [key, value] of entries) await this.#store.db.put(key, value);
  }

  async close(): Promise<void> {
    await this.#opened;
    await this.#store.db.close();
  }

  /** dynalite makes a table active in a second write: a kill in between would leave it `CREATING` for ever. */
  async #finishCreations(): Promise<void> {
    const { TableNames = [] } = (await this.#run('ListTables', {})) as { TableNames?: string[] };
    for (const name of TableNames) {
      const table = await this.#readTable(name);
      if (table?.TableStatus !== 'CREATING') continue;
      const indexes = table.GlobalSecondaryIndexes?.map((index) => ({ ...index, IndexStatus: 'ACTIVE' }));
      const active = { ...table, TableStatus: 'ACTIVE', ...(indexes && { GlobalSecondaryIndexes: indexes }) };
      await new Promise<void>((resolve, reject) => {
        this.#store.tableDb.put(name, active, (error) => (error ? reject(error) : resolve()));
      });
    }
  }
}
