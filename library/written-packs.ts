import { CorruptObject, MissingObject } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import type { Library } from './library.ts';
import { packName } from './names.ts';

/** A pack as its writer knows it. JSON-safe. */
export interface WrittenPack {
  readonly id: string;
  readonly bytes: number;
}

const ASKED_AT_ONCE = 32;

/** Whether what was written is there, as long as it was: a HEAD each. Throws `MissingObject`, `CorruptObject`. */
export const checkWrittenPacks = (
  { store }: Pick<Library, 'store'>,
  packs: readonly WrittenPack[],
  signal: AbortSignal,
): Promise<void> =>
  inParallel(packs, { atOnce: ASKED_AT_ONCE, signal }, async ({ id, bytes }) => {
    const key = packName(id);
    const found = await store.head(key);
    if (!found) throw new MissingObject({ key, kind: 'pack' });
    if (found.size !== bytes)
      throw new CorruptObject({ key, kind: 'pack', check: `it has ${found.size} bytes, and ${bytes} were written` });
  });
