import { createHash } from 'node:crypto';
import { blocksInPage, blocksOfVolume, pagesOf } from './block.ts';
import type { BlockPage } from './block-page.ts';
import { ByteReader, ByteWriter, MalformedContent } from './byte-cursor.ts';
import { ConflictingObject, CorruptObject, IncompleteMap, MissingObject } from './errors.ts';
import type { Library } from './library.ts';
import { mapName } from './names.ts';
import { type PageEntry, readPageObject } from './page-object.ts';
import { openObject, SALT_BYTES, sealObject } from './seal.ts';

/** Which snapshots a map was made from. */
export interface Lineage {
  readonly snapshotId: string;
  /** The snapshot that this one was compared with, of an incremental. */
  readonly baseSnapshotId?: string;
}

/** All of a volume at one recovery point. JSON-safe. */
export interface VolumeMap {
  readonly recoveryPointId: string;
  readonly volumeId: string;
  readonly sizeBytes: number;
  readonly blockCount: number;
  /** Blocks that are not zero. */
  readonly dataBlocks: number;
  readonly lineage: Lineage;
  /** One for each page, in order. */
  readonly pages: readonly PageEntry[];
  /** Lower-case hex: SHA-256 over data blocks and id of every page. */
  readonly seal: string;
}

const ZERO_PAGE_ID = Buffer.alloc(32);

const idBytes = (id: string): Buffer => (id === 'zero' ? ZERO_PAGE_ID : Buffer.from(id, 'hex'));

const sealOf = (pages: readonly PageEntry[]): string => {
  const hash = createHash('sha256');
  const count = Buffer.alloc(4);
  for (const { id, dataBlocks } of pages) {
    count.writeUInt32LE(dataBlocks);
    hash.update(count).update(idBytes(id));
  }
  return hash.digest('hex');
};

const encodeMap = (map: VolumeMap): Buffer => {
  const content = new ByteWriter().text(map.recoveryPointId).text(map.volumeId);
  content.text(map.lineage.snapshotId).text(map.lineage.baseSnapshotId ?? '');
  content.u64(map.sizeBytes).u32(map.dataBlocks).u32(map.pages.length).bytes(Buffer.from(map.seal, 'hex'));
  for (const { id, dataBlocks, versionId } of map.pages)
    content
      .u32(dataBlocks)
      .bytes(idBytes(id))
      .text(versionId ?? '');
  return content.done();
};

const decodePage = (reader: ByteReader, page: number, most: number): PageEntry => {
  const dataBlocks = reader.u32();
  const id = reader.bytes(32);
  const versionId = reader.text();
  if (dataBlocks > most || (dataBlocks === 0) !== id.equals(ZERO_PAGE_ID))
    throw new MalformedContent(`page ${page} cannot have ${dataBlocks} data blocks`);
  return { page, id: dataBlocks === 0 ? 'zero' : id.toString('hex'), dataBlocks, ...(versionId && { versionId }) };
};

const decodeMap = (content: Buffer): VolumeMap => {
  const reader = new ByteReader(content);
  const [recoveryPointId, volumeId, snapshotId, baseSnapshotId] = [
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
  ];
  const sizeBytes = reader.u64();
  const blockCount = blocksOfVolume(sizeBytes);
  const dataBlocks = reader.u32();
  const pageCount = reader.u32();
  const seal = reader.bytes(32).toString('hex');
  if (pageCount !== pagesOf(blockCount)) throw new MalformedContent(`${pageCount} pages for ${blockCount} blocks`);
  const pages: PageEntry[] = [];
  for (let page = 0; page < pageCount; page++) pages.push(decodePage(reader, page, blocksInPage(blockCount, page)));
  reader.end();
  if (sealOf(pages) !== seal) throw new MalformedContent('its seal does not fit its pages');
  if (pages.reduce((sum, page) => sum + page.dataBlocks, 0) !== dataBlocks)
    throw new MalformedContent('its pages have another number of data blocks');
  const lineage = { snapshotId, ...(baseSnapshotId && { baseSnapshotId }) };
  return { recoveryPointId, volumeId, sizeBytes, blockCount, dataBlocks, lineage, pages, seal };
};

const openMap = ({ keys }: Library, key: string, object: Uint8Array): VolumeMap => {
  const content = openObject(keys, 'map', key, object);
  try {
    const map = decodeMap(content);
    if (mapName(map.recoveryPointId, map.volumeId) !== key) throw new MalformedContent('it is of another name');
    return map;
  } catch (cause) {
    throw new CorruptObject({ key, kind: 'map', check: 'malformed', cause });
  }
};

/** Throws `MissingObject`, `CorruptObject`. */
export const readMap = async (
  library: Library,
  recoveryPointId: string,
  volumeId: string,
  versionId?: string,
): Promise<VolumeMap> => {
  const key = mapName(recoveryPointId, volumeId);
  const found = await library.store.get(key, versionId);
  if (!found) throw new MissingObject({ key, kind: 'map' });
  return openMap(library, key, found.bytes);
};

export const readPage = (library: Library, map: VolumeMap, page: number): Promise<BlockPage> => {
  const entry = map.pages[page];
  if (!entry) throw new RangeError(`the volume has ${map.pages.length} pages, not a page ${page}`);
  return readPageObject(library, entry, blocksInPage(map.blockCount, page));
};

export interface AssembleMapInput {
  readonly recoveryPointId: string;
  readonly volumeId: string;
  readonly sizeBytes: number;
  /** Of all segments, in any order. */
  readonly pages: readonly PageEntry[];
  /** Where pages come from that no segment names. */
  readonly parent?: VolumeMap | undefined;
  readonly lineage: Lineage;
  /** What has to be done before the map is there, from which on it counts (see lockReferences). */
  readonly beforeWrite?: (map: VolumeMap) => Promise<void>;
}

const joinPages = ({ pages, parent }: AssembleMapInput, blockCount: number): PageEntry[] => {
  const named = new Map(pages.map((entry) => [entry.page, entry]));
  if (named.size !== pages.length) throw new RangeError('two segments name the same page');
  const missing: number[] = [];
  const joined: PageEntry[] = [];
  for (let page = 0; page < pagesOf(blockCount); page++) {
    const inherited = parent && blocksInPage(parent.blockCount, page) === blocksInPage(blockCount, page);
    const entry = named.get(page) ?? (inherited ? parent.pages[page] : undefined);
    named.delete(page);
    if (entry) joined.push(entry);
    else missing.push(page);
  }
  if (missing.length > 0) throw new IncompleteMap(missing);
  if (named.size > 0) throw new RangeError(`page ${[...named.keys()][0]} is beyond the volume's end`);
  return joined;
};

/** Retrying with the same pages is fine, and so is finding the map written by an earlier try. */
const sameMap = (a: VolumeMap, b: VolumeMap): boolean =>
  a.seal === b.seal &&
  a.sizeBytes === b.sizeBytes &&
  a.lineage.snapshotId === b.lineage.snapshotId &&
  a.lineage.baseSnapshotId === b.lineage.baseSnapshotId;

export interface AssembledMap {
  readonly map: VolumeMap;
  readonly seal: string;
  readonly versionId?: string;
}

/** What a point that is being pruned refers to is about to be deleted: no new point may refer to it through this one. */
export const refuseCondemned = ({ index }: Library, { recoveryPointId, volumeId }: VolumeMap): void => {
  if (index.isPointCondemned(recoveryPointId))
    throw new ConflictingObject(mapName(recoveryPointId, volumeId), 'it is being pruned, nothing can be based on it');
};

/** Joins the segments' pages into the volume's map and writes it. Throws `IncompleteMap`, `ConflictingObject`. */
export const assembleMap = async (library: Library, input: AssembleMapInput): Promise<AssembledMap> => {
  const { recoveryPointId, volumeId, sizeBytes, lineage } = input;
  if (input.parent) refuseCondemned(library, input.parent);
  const blockCount = blocksOfVolume(sizeBytes);
  const pages = joinPages(input, blockCount);
  const dataBlocks = pages.reduce((sum, page) => sum + page.dataBlocks, 0);
  const seal = sealOf(pages);
  const map: VolumeMap = { recoveryPointId, volumeId, sizeBytes, blockCount, dataBlocks, lineage, pages, seal };
  const key = mapName(recoveryPointId, volumeId);
  const { store, keys, random, index } = library;
  if (index.isPointCondemned(recoveryPointId)) throw new ConflictingObject(key, 'its recovery point is being pruned');
  await input.beforeWrite?.(map);
  const put = await store.putNew(key, sealObject(keys, 'map', key, random(SALT_BYTES), encodeMap(map)));
  if (put.outcome === 'created') return { map, seal, ...(put.versionId !== undefined && { versionId: put.versionId }) };
  const found = await store.get(key);
  if (!found) throw new MissingObject({ key, kind: 'map' }, 'it was there and is gone');
  const there = openMap(library, key, found.bytes);
  if (!sameMap(there, map)) throw new ConflictingObject(key, 'a map of other pages');
  return { map: there, seal, ...(found.versionId !== undefined && { versionId: found.versionId }) };
};
