import type { StoredObject } from '../core/ports/object-store.ts';
import { ConflictingObject, CorruptObject, MissingObject } from './errors.ts';
import type { Library } from './library.ts';
import { mapName, pointName } from './names.ts';
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
  /** What is in the library: of an earlier try, if there was one. */
  readonly document: PointDocument;
  readonly versionId?: string;
}

const open = ({ keys }: Library, recoveryPointId: string, found: StoredObject): WrittenPoint => {
  const key = pointName(recoveryPointId);
  const content = openObject(keys, 'point', key, found.bytes);
  const corrupt = (check: string, cause?: unknown) => new CorruptObject({ key, kind: 'point', check, cause });
  let document: PointDocument;
  try {
    document = JSON.parse(content.toString('utf8'));
  } catch (cause) {
    throw corrupt('no JSON', cause);
  }
  if (document.recoveryPointId !== recoveryPointId || !Array.isArray(document.volumes))
    throw corrupt('it is of another recovery point');
  return { document, ...(found.versionId !== undefined && { versionId: found.versionId }) };
};

/** What a point is made of: two tries of one attempt may differ in times and in what was verified, not in this. */
const identityOf = ({ kind, volumes }: PointDocument): string =>
  JSON.stringify([kind, volumes.map(({ volumeId, sizeBytes, mapSeal }) => [volumeId, sizeBytes, mapSeal])]);

/**
 * Writes the point after reading every map that it names. Finding it written by an earlier try, with the same volumes,
 * is fine; other volumes under the same id are a `ConflictingObject`.
 */
export const writePoint = async (library: Library, document: PointDocument): Promise<WrittenPoint> => {
  const { store, keys, random } = library;
  const { recoveryPointId, volumes } = document;
  for (const { volumeId, mapSeal, mapVersionId } of volumes) {
    const map = await readMap(library, recoveryPointId, volumeId, mapVersionId);
    if (map.seal !== mapSeal)
      throw new ConflictingObject(mapName(recoveryPointId, volumeId), `its seal is ${map.seal}, not ${mapSeal}`);
  }
  const key = pointName(recoveryPointId);
  const content = Buffer.from(JSON.stringify(document), 'utf8');
  const put = await store.putNew(key, sealObject(keys, 'point', key, random(SALT_BYTES), content));
  if (put.outcome === 'created') return { document, ...(put.versionId !== undefined && { versionId: put.versionId }) };
  const found = await store.get(key);
  if (!found) throw new MissingObject({ key, kind: 'point' }, 'it was there and is gone');
  const there = open(library, recoveryPointId, found);
  if (identityOf(there.document) !== identityOf(document)) throw new ConflictingObject(key, 'a point of other volumes');
  return there;
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
  return open(library, recoveryPointId, found).document;
};

/** The ids of all recovery points in the library, in no order. */
export const listPoints = async function* (library: Library): AsyncGenerator<string> {
  for await (const { key } of library.store.list('points/')) yield key.slice('points/'.length);
};
