import type { ObjectStore } from '../core/ports/object-store.ts';
import { ByteReader, ByteWriter } from './byte-cursor.ts';
import { ConflictingObject, CorruptObject } from './errors.ts';
import { condemnedName, RANDOM_ID_BYTES } from './names.ts';
import type { Random } from './recovery-key.ts';
import { openObject, SALT_BYTES, sealObject } from './seal.ts';
import type { TenantKeys } from './tenant-key-ring.ts';

/**
 * One generation of condemned packs: all packs that prune is about to delete. The highest generation counts alone; it
 * names every such pack until no index object names the pack any more.
 */
export interface CondemnedPacks {
  /** From 1 on; 0 is a library that was never pruned. */
  readonly generation: number;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  /** The packs are not deleted before this, in milliseconds since 1970: longer than any attempt may last. */
  readonly deleteNotBefore: number;
  readonly packs: readonly string[];
}

interface Place {
  readonly store: ObjectStore;
  readonly keys: TenantKeys;
}

/** The generation in force, without its contents. */
export const latestGeneration = async (store: ObjectStore): Promise<number> => {
  let latest = 0;
  for await (const { key } of store.list('condemned/')) {
    const generation = Number(key.slice('condemned/'.length));
    if (Number.isInteger(generation) && condemnedName(generation) === key) latest = Math.max(latest, generation);
  }
  return latest;
};

/** Undefined where that generation was replaced and removed meanwhile. */
export const readCondemned = async (
  { store, keys }: Place,
  generation: number,
): Promise<CondemnedPacks | undefined> => {
  const key = condemnedName(generation);
  const found = await store.get(key);
  if (!found) return undefined;
  const content = openObject(keys, 'condemned', key, found.bytes);
  try {
    const reader = new ByteReader(content);
    const publishedAt = reader.u64();
    const deleteNotBefore = reader.u64();
    const count = reader.u32();
    const ids = reader.bytes(count * RANDOM_ID_BYTES);
    reader.end();
    const packs = Array.from({ length: count }, (_, at) =>
      ids.subarray(at * RANDOM_ID_BYTES, (at + 1) * RANDOM_ID_BYTES).toString('hex'),
    );
    return { generation, publishedAt, deleteNotBefore, packs };
  } catch (cause) {
    throw new CorruptObject({ key, kind: 'condemned', check: 'malformed', cause });
  }
};

/** Publishes a generation; throws `ConflictingObject` if it exists: another prune is at work. */
export const publishCondemned = async (
  { store, keys, random }: Place & { readonly random: Random },
  { generation, publishedAt, deleteNotBefore, packs }: CondemnedPacks,
): Promise<void> => {
  const key = condemnedName(generation);
  const content = new ByteWriter().u64(publishedAt).u64(deleteNotBefore).u32(packs.length);
  for (const id of packs.toSorted()) content.bytes(Buffer.from(id, 'hex'));
  const { outcome } = await store.putNew(key, sealObject(keys, 'condemned', key, random(SALT_BYTES), content.done()));
  if (outcome === 'exists') throw new ConflictingObject(key, 'another prune published this generation');
};
