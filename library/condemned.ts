import type { ObjectStore } from '../core/ports/object-store.ts';
import { ByteReader, ByteWriter } from './byte-cursor.ts';
import { ConflictingObject, CorruptObject, isLoss } from './errors.ts';
import { condemnedName, RANDOM_ID_BYTES } from './names.ts';
import type { Random } from './recovery-key.ts';
import { openObject, SALT_BYTES, sealObject } from './seal.ts';
import type { TenantKeys } from './tenant-key-ring.ts';

/**
 * One generation of what prune is about to delete. The highest generation counts alone; it names a pack until no index
 * object names it, and the rest until it is deleted.
 */
export interface Condemned {
  /** From 1 on; 0 is a library that was never pruned. */
  readonly generation: number;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  /** Nothing is deleted before this, in milliseconds since 1970: longer than any attempt may last. */
  readonly deleteNotBefore: number;
  /** Lower-case hex. */
  readonly packs: readonly string[];
  readonly pages: readonly string[];
  /** Recovery points, with their maps. */
  readonly points: readonly string[];
}

export const NOTHING_CONDEMNED: Condemned = {
  generation: 0,
  publishedAt: 0,
  deleteNotBefore: 0,
  packs: [],
  pages: [],
  points: [],
};

const PAGE_ID_BYTES = 32;

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
export const readCondemned = async ({ store, keys }: Place, generation: number): Promise<Condemned | undefined> => {
  const key = condemnedName(generation);
  const found = await store.get(key);
  if (!found) return undefined;
  const content = openObject(keys, 'condemned', key, found.bytes);
  try {
    const reader = new ByteReader(content);
    const publishedAt = reader.u64();
    const deleteNotBefore = reader.u64();
    const packs = readIds(reader, RANDOM_ID_BYTES);
    const pages = readIds(reader, PAGE_ID_BYTES);
    const points: string[] = [];
    for (let left = reader.u32(); left > 0; left--) points.push(reader.text());
    reader.end();
    return { generation, publishedAt, deleteNotBefore, packs, pages, points };
  } catch (cause) {
    throw new CorruptObject({ key, kind: 'condemned', check: 'malformed', cause });
  }
};

/** The same, and undefined where it is damaged. */
export const readIfWhole = async (place: Place, generation: number): Promise<Condemned | undefined> => {
  try {
    return await readCondemned(place, generation);
  } catch (error) {
    if (!isLoss(error)) throw error;
    return undefined;
  }
};

const readIds = (reader: ByteReader, bytes: number): string[] => {
  const ids = reader.bytes(reader.u32() * bytes);
  return Array.from({ length: ids.length / bytes }, (_, at) =>
    ids.subarray(at * bytes, (at + 1) * bytes).toString('hex'),
  );
};

const writeIds = (content: ByteWriter, ids: readonly string[]): void => {
  content.u32(ids.length);
  for (const id of ids.toSorted()) content.bytes(Buffer.from(id, 'hex'));
};

/** Publishes a generation; throws `ConflictingObject` if it exists: another prune is at work. */
export const publishCondemned = async (
  { store, keys, random }: Place & { readonly random: Random },
  { generation, publishedAt, deleteNotBefore, packs, pages, points }: Condemned,
): Promise<void> => {
  const key = condemnedName(generation);
  const content = new ByteWriter().u64(publishedAt).u64(deleteNotBefore);
  writeIds(content, packs);
  writeIds(content, pages);
  content.u32(points.length);
  for (const point of points.toSorted()) content.text(point);
  const { outcome } = await store.putNew(key, sealObject(keys, 'condemned', key, random(SALT_BYTES), content.done()));
  if (outcome === 'exists') throw new ConflictingObject(key, 'another prune published this generation');
};
