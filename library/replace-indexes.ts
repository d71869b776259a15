import type { Deletions } from './deletions.ts';
import { INDEX_BLOCKS, writeIndex } from './index-batches.ts';
import type { Library } from './library.ts';
import type { MaintenanceOptions, OnDamage } from './maintenance.ts';
import { indexName } from './names.ts';
import { ENTRY_BYTES, type PackContents } from './pack-contents.ts';
import { readIndexes } from './survey.ts';

export interface ReplacedIndexes {
  readonly replaced: number;
  readonly written: number;
}

/**
 * Rewrites the index objects that name any of these packs, without them. The new one is written before the old ones are
 * deleted, so that readers always find either.
 */
export const replaceIndexes = async (
  library: Library,
  deletions: Deletions,
  isDropped: (packId: Buffer) => boolean,
  options: MaintenanceOptions & { readonly onDamage?: OnDamage } = {},
): Promise<ReplacedIndexes> => {
  let kept = new Map<string, PackContents>();
  let blocks = 0;
  let old: string[] = [];
  const count = { replaced: 0, written: 0 };
  const flush = async (): Promise<void> => {
    const [packs, superseded] = [[...kept.values()], old];
    kept = new Map();
    [old, blocks] = [[], 0];
    if (superseded.length === 0) return;
    if (packs.length > 0) {
      await writeIndex(library, packs, superseded);
      count.written++;
    }
    await deletions.deleteAll(superseded.map((id) => ({ key: indexName(id) })));
    count.replaced += superseded.length;
  };
  const affected: string[] = [];
  await readIndexes(library, options, (id, { packs }) => {
    if (packs.some((pack) => isDropped(pack.id))) affected.push(id);
  });
  const wanted = new Set(affected);
  if (wanted.size === 0) return count;
  let busy = Promise.resolve();
  await readIndexes(
    library,
    { signal: options.signal, ...(options.onDamage && { onDamage: () => undefined }) },
    (id, contents) => {
      if (!wanted.delete(id)) return undefined;
      // one after the other: what is read at once must not be flushed by another
      busy = busy.then(async () => {
        old.push(id);
        for (const pack of contents.packs) {
          if (isDropped(pack.id)) continue;
          kept.set(pack.id.toString('hex'), pack);
          blocks += pack.entries.length / ENTRY_BYTES;
        }
        if (blocks >= INDEX_BLOCKS) await flush();
      });
      return busy;
    },
  );
  await flush();
  return count;
};
