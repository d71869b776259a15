import type { BlockPage } from './block-page.ts';
import { BlockPage as Page } from './block-page.ts';
import { ConflictingObject, CorruptObject, MissingObject } from './errors.ts';
import type { Library } from './library.ts';
import { pageName } from './names.ts';
import { openObject, SALT_BYTES, sealObject } from './seal.ts';

/** What a map says of one page. JSON-safe. */
export interface PageEntry {
  readonly page: number;
  /** Lower-case hex of the page's id; `zero` for a page without data, which has no object. */
  readonly id: string;
  readonly dataBlocks: number;
  readonly versionId?: string;
}

const open = ({ keys }: Library, id: string, object: Uint8Array): Buffer => {
  const key = pageName(id);
  const content = openObject(keys, 'page', key, object);
  if (keys.pageId(content).toString('hex') !== id)
    throw new CorruptObject({ key, kind: 'page', check: 'its content is not the one named' });
  return content;
};

/** The page named by a map's entry; `blockCount` is what the volume's size says of it. */
export const readPageObject = async (
  library: Library,
  { id, versionId, dataBlocks }: PageEntry,
  blockCount: number,
): Promise<BlockPage> => {
  if (id === 'zero') return new Page(blockCount);
  const key = pageName(id);
  const found = await library.store.get(key, versionId);
  if (!found) throw new MissingObject({ key, kind: 'page' });
  const corrupt = (check: string, cause?: unknown) => new CorruptObject({ key, kind: 'page', check, cause });
  let page: BlockPage;
  try {
    page = Page.decode(open(library, id, found.bytes));
  } catch (cause) {
    throw cause instanceof CorruptObject ? cause : corrupt('malformed', cause);
  }
  if (page.blockCount !== blockCount) throw corrupt(`it is of ${page.blockCount} blocks, not ${blockCount}`);
  if (page.dataBlocks !== dataBlocks)
    throw corrupt(`it has ${page.dataBlocks} data blocks, the map says ${dataBlocks}`);
  return page;
};

/** Opens a page that no map tells more of. Throws `MissingObject`, `CorruptObject`. */
export const checkPageObject = async (library: Library, id: string): Promise<void> => {
  const key = pageName(id);
  const found = await library.store.get(key);
  if (!found) throw new MissingObject({ key, kind: 'page' });
  try {
    Page.decode(open(library, id, found.bytes));
  } catch (cause) {
    throw cause instanceof CorruptObject ? cause : new CorruptObject({ key, kind: 'page', check: 'malformed', cause });
  }
};

/** As many as a page has room to tell apart: a prune a week uses them up in a thousand years. */
const VARIANTS = 2 ** 16;

export interface WrittenPage {
  readonly entry: PageEntry;
  readonly storedBytes: number;
}

/**
 * The generation of what is condemned is a part of the name: a page that was condemned under one generation is written
 * under another name ever after. So whoever was told to delete it and wakes late finds nothing that is needed.
 */
const nameOf = ({ keys, index }: Library, page: BlockPage): { readonly content: Buffer; readonly id: string } => {
  const content = page.encode(index.generation % VARIANTS);
  return { content, id: keys.pageId(content).toString('hex') };
};

/**
 * Writes a page unless it is there: its name comes from its content, so that whoever wrote it first under this generation
 * wrote the same.
 */
export const writePageObject = async (library: Library, number: number, page: BlockPage): Promise<WrittenPage> => {
  const { store, keys, random } = library;
  if (page.dataBlocks === 0) return { entry: { page: number, id: 'zero', dataBlocks: 0 }, storedBytes: 0 };
  const { content, id } = nameOf(library, page);
  const key = pageName(id);
  const object = sealObject(keys, 'page', key, random(SALT_BYTES), content);
  const put = await store.putNew(key, object);
  let { versionId } = put;
  if (put.outcome === 'exists') {
    const found = await store.get(key);
    if (!found) throw new MissingObject({ key, kind: 'page' }, 'it was there and is gone');
    if (!open(library, id, found.bytes).equals(content)) throw new ConflictingObject(key, 'two pages of one id');
    versionId = found.versionId;
  }
  const entry = { page: number, id, dataBlocks: page.dataBlocks, ...(versionId !== undefined && { versionId }) };
  return { entry, storedBytes: put.outcome === 'created' ? object.length : 0 };
};
