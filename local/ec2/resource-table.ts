import type { Store, Table } from '../kernel/store.ts';
import type { Resource } from './records.ts';

/** Resources of one kind: by id, and by account and region for lists. */
export class ResourceTable<T extends Resource> {
  readonly #records: Table<T>;
  readonly #places: Table<true>;

  constructor(store: Store, name: string) {
    this.#records = store.table(`ec2.${name}`);
    this.#places = store.table(`ec2.${name}-by-place`);
  }

  /** Whoever's it is. */
  get(id: string): T | undefined {
    return this.#records.get(id);
  }

  put(record: T): void {
    const known = this.#records.get(record.id);
    this.#records.put(record.id, record);
    if (!known) this.#places.put(placeOf(record), true);
  }

  /** Changes some members; does nothing if the record is gone. Answers with the new record. */
  change(id: string, changes: Partial<T>): T | undefined {
    const record = this.#records.get(id);
    if (!record) return undefined;
    const changed = { ...record, ...changes };
    this.#records.put(id, changed);
    return changed;
  }

  delete(id: string): void {
    const record = this.#records.get(id);
    if (!record) return;
    this.#records.delete(id);
    this.#places.delete(placeOf(record));
  }

  /** Those of an account and region, in order of id. */
  *in(accountId: string, region: string): Generator<T> {
    const prefix = `${accountId}/${region}/`;
    for (const { key } of this.#places.entries(prefix)) {
      const record = this.#records.get(key.slice(prefix.length));
      if (record) yield record;
    }
  }

  *all(): Generator<T> {
    for (const { value } of this.#records.entries()) yield value;
  }
}

const placeOf = (record: Resource): string => `${record.accountId}/${record.region}/${record.id}`;
