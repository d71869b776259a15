export interface Key {
  readonly pk: string;
  readonly sk: string;
}
/** An item's fields and its key. */
export type Item = Key & Readonly<Record<string, unknown>>;

/** The record in an item: its fields without the key and what this adapter keeps for itself. */
export const recordOf = <T>({ pk: _pk, sk: _sk, writeId: _writeId, ...fields }: Item): T => fields as T;
