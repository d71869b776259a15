import { ConflictingObject, CorruptObject, MissingObject } from './errors.ts';
import type { Library } from './library.ts';
import { pointName } from './names.ts';
import { openObject, SALT_BYTES, sealObject } from './seal.ts';
import { readMap } from './volume-map.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

export interface PointVolume {
  readonly volumeId: string;
  readonly sizeBytes: number;
  /** The seal of the volume's map. */
  readonly mapSeal: string;
  readonly mapVersionId?: string;
  readonly [more: string]: Json | undefined;
}

/** All of a recovery point, for the day when the control plane is lost. */
export interface PointDocument {
  readonly recoveryPointId: string;
  readonly kind: 'streaming' | 'backup-copy';
  /** ISO-8601, UTC. */
  readonly createdAt: string;
  readonly requestedBy?: string;
  readonly jobId?: string;
  readonly volumes: readonly PointVolume[];
  readonly instance: Json;
  readonly tags: Readonly<Record<string, string>>;
  readonly verification?: Json;
  readonly [more: string]: Json | undefined | readonly PointVolume[];
}

export interface WrittenPoint {
  readonly versionId?: string;
}

const open = ({ keys }: Library, key: string, object: Uint8Array): Buffer => openObject(keys, 'point', key, object);

/**
 * Writes the point after reading every map that it names. Writing the same document again is fine; another one under
 * the same id is a `ConflictingObject`.
 */
export const writePoint = async (library: Library, document: PointDocument): Promise<WrittenPoint> => {
  const { store, keys, random } = library;
  for (const { volumeId, mapSeal, mapVersionId } of document.volumes) {
    const map = await readMap(library, document.recoveryPointId, volumeId, mapVersionId);
    if (map.seal !== mapSeal) throw new ConflictingObject(volumeId, `its map's seal is ${map.seal}, not ${mapSeal}`);
  }
  const key = pointName(document.recoveryPointId);
  const content = Buffer.from(JSON.stringify(document), 'utf8');
  const put = await store.putNew(key, sealObject(keys, 'point', key, random(SALT_BYTES), content));
  if (put.outcome === 'created') return put.versionId === undefined ? {} : { versionId: put.versionId };
  const found = await store.get(key);
  if (!found) throw new MissingObject({ key, kind: 'point' }, 'it was there and is gone');
  if (!open(library, key, found.bytes).equals(content)) throw new ConflictingObject(key, 'another document');
  return found.versionId === undefined ? {} : { versionId: found.versionId };
};

/** Throws `MissingObject`, `CorruptObject`. */
export const readPoint = async (
  library: Library,
  recoveryPointId: string,
  versionId?: string,
): Promise<PointDocument> => {
  const key = pointName(recoveryPointId);
  const found = await library.store.get(key, versionId);
  if (!found) throw new MissingObject({ key, kind: 'point' });
  const content = open(library, key, found.bytes);
  try {
    const document = JSON.parse(content.toString('utf8')) as PointDocument;
    if (document.recoveryPointId === recoveryPointId && Array.isArray(document.volumes)) return document;
  } catch (cause) {
    throw new CorruptObject({ key, kind: 'point', check: 'no JSON', cause });
  }
  throw new CorruptObject({ key, kind: 'point', check: 'it is of another recovery point' });
};

/** The ids of all recovery points in the library, in no order. */
export const listPoints = async function* (library: Library): AsyncGenerator<string> {
  for await (const { key } of library.store.list('points/')) yield key.slice('points/'.length);
};
