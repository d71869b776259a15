import { createHash } from 'node:crypto';
import type { ObjectStore } from '../core/ports/object-store.ts';
import { BLOCK_BYTES, PAGE_BLOCKS } from './block.ts';
import { asBuffer } from './byte-cursor.ts';
import { CorruptObject, MissingObject, UnsupportedFormat } from './errors.ts';
import { FORMAT_KEY } from './names.ts';

const line = (text: string): string => `${text}\n${createHash('sha256').update(text).digest('hex')}\n`;

/** The same bytes for every library of this version: two nodes that create one at once cannot differ. */
const FORMAT = Buffer.from(
  line(JSON.stringify({ format: 'holdfast-library', version: 1, blockBytes: BLOCK_BYTES, pageBlocks: PAGE_BLOCKS })),
);

/** Throws `MissingObject` where no library was set up, `UnsupportedFormat`, `CorruptObject`. */
export const checkFormat = async (store: ObjectStore): Promise<void> => {
  const found = await store.get(FORMAT_KEY);
  if (!found) throw new MissingObject({ key: FORMAT_KEY, kind: 'format' }, 'no library was set up here');
  const bytes = asBuffer(found.bytes);
  if (bytes.equals(FORMAT)) return;
  const [text = '', sum] = bytes.toString('latin1').split('\n');
  if (line(text) !== bytes.toString('latin1') || sum === undefined)
    throw new CorruptObject({ key: FORMAT_KEY, kind: 'format', check: 'its checksum does not fit' });
  throw new UnsupportedFormat(`this library says ${text.slice(0, 200)}; this program reads ${FORMAT.toString()}`);
};

/**
 * Create-only and idempotent; an existing object of another version is refused, not replaced. Where there is one,
 * nothing is written: whoever may only read opens a library by the same path.
 */
export const createFormat = async (store: ObjectStore): Promise<void> => {
  if (await store.head(FORMAT_KEY)) return checkFormat(store);
  const { outcome } = await store.putNew(FORMAT_KEY, FORMAT);
  if (outcome === 'exists') await checkFormat(store);
};
