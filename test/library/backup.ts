import { createHash } from 'node:crypto';
import type { ObjectLock, ObjectStore } from '../../core/ports/object-store.ts';
import { BLOCK_BYTES, pagesOf } from '../../library/block.ts';
import { type Library, openLibrary } from '../../library/library.ts';
import { lockReferences } from '../../library/lock-references.ts';
import { canLock } from '../../library/locked-objects.ts';
import { createRecoveryKeyPair, type Random } from '../../library/recovery-key.ts';
import { type PointDocument, writePoint } from '../../library/recovery-point.ts';
import { openSegmentWriter, type SegmentOptions, type SegmentResult } from '../../library/segment-writer.ts';
import { createTenantKeys } from '../../library/tenant-keys.ts';
import { assembleMap, readMap, type VolumeMap } from '../../library/volume-map.ts';
import { openVolumeReader } from '../../library/volume-reader.ts';
import { createLocalKeyWrapper } from './local-key-wrapper.ts';
import { seededRandom } from './seeded-random.ts';

export const IDENTITY = { tenant: 'hv-tenant', library: 'lib-test' };
export const WRAPPER = createLocalKeyWrapper('test');
export const RECOVERY = createRecoveryKeyPair(seededRandom('recovery'));

export const openTestLibrary = async (
  store: ObjectStore,
  random: Random = seededRandom('test'),
  now: () => number = () => 0,
): Promise<Library> => {
  const create = { store, wrapper: WRAPPER, recoveryPublicKey: RECOVERY.publicKey, ...IDENTITY, random };
  const library = openLibrary({ store, keys: await createTenantKeys(create), random, now });
  await library.index.refresh();
  return library;
};

/** A compressible block whose content is its name. */
export const block = (name: string): Buffer => Buffer.alloc(BLOCK_BYTES, `block ${name}\n`);
export const shaOf = (plain: Uint8Array): Buffer => createHash('sha256').update(plain).digest();

export type Blocks = ReadonlyMap<number, Buffer | undefined>;

export const writeSegment = async (
  library: Library,
  blocks: Blocks,
  options: SegmentOptions,
): Promise<SegmentResult> => {
  const writer = openSegmentWriter(library, options);
  try {
    for (const [index, plain] of blocks) {
      if (plain) await writer.write(index, plain, shaOf(plain));
      else writer.addZero(index);
    }
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
};

export interface Backup {
  readonly point: string;
  readonly volumeId?: string;
  readonly sizeBytes: number;
  readonly blocks: Blocks;
  /** An incremental of this point. */
  readonly parent?: VolumeMap | undefined;
  readonly packBytes?: number;
  /** What the order's lock is: what the map refers to is kept at least as long. */
  readonly lock?: ObjectLock | undefined;
  /** What was noted of the parent. */
  readonly parentKeptUntil?: number | undefined;
}

export const pointDocument = (point: string, volumeId: string, { sizeBytes, seal }: VolumeMap): PointDocument => ({
  recoveryPointId: point,
  kind: 'streaming',
  createdAt: '2026-01-01T00:00:00.000Z',
  volumes: [{ volumeId, sizeBytes, mapSeal: seal }],
  instance: {},
  tags: {},
});

/** A whole backup of one volume in one segment: packs to point. */
export const backUp = async (library: Library, backup: Backup): Promise<VolumeMap> => {
  const { point, volumeId = 'vol-1', sizeBytes, blocks, parent, lock, parentKeptUntil } = backup;
  const { store } = library;
  const volumeBlocks = sizeBytes / BLOCK_BYTES;
  const result = await writeSegment(library, blocks, {
    volumeBlocks,
    pages: Array.from({ length: pagesOf(volumeBlocks) }, (_, page) => page),
    parent,
    unlisted: parent ? 'parent' : 'zero',
    ...(backup.packBytes && { packBytes: backup.packBytes }),
  });
  const { map } = await assembleMap(library, {
    recoveryPointId: point,
    volumeId,
    sizeBytes,
    pages: result.pages,
    parent,
    lineage: { snapshotId: `snap-${point}` },
    ...(lock &&
      canLock(store) && {
        beforeWrite: (made) => lockReferences(library, store, lock, { map: made, parent, parentKeptUntil }),
      }),
  });
  await writePoint(library, pointDocument(point, volumeId, map));
  return map;
};

/** All blocks with data. */
export const restore = async (library: Library, point: string, volumeId = 'vol-1'): Promise<Map<number, Buffer>> => {
  const map = await readMap(library, point, volumeId);
  const blocks = new Map<number, Buffer>();
  for await (const { index, plain } of openVolumeReader(library, map).blocks(map.pages.map(({ page }) => page))) {
    if (blocks.has(index)) throw new Error(`block ${index} came twice`);
    blocks.set(index, plain);
  }
  return blocks;
};

/** Whether the two are the same volume, as a difference in words. */
export const difference = (actual: ReadonlyMap<number, Buffer>, expected: Blocks): string | undefined => {
  const wanted = new Map([...expected].filter(([, plain]) => plain));
  for (const index of actual.keys()) if (!wanted.has(index)) return `block ${index} should be zero`;
  for (const [index, plain] of wanted) {
    const found = actual.get(index);
    if (!found) return `block ${index} is missing`;
    if (!found.equals(plain as Buffer)) return `block ${index} differs`;
  }
  return undefined;
};
