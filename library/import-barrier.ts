import { LibraryPruned } from '../core/domain/errors.ts';
import { latestGeneration, readCondemned } from './condemned.ts';
import type { Library } from './library.ts';

/** How far this machine's clock and the pruning one's may be apart, and how long it may take to write a point. */
const MARGIN_MS = 15 * 60_000;
/** Of the window, where that is short. */
const MARGIN_PART = 10;

/**
 * What an import has instead of the barrier on an instance's record (docs/decisions/0007): refuses it if something was
 * condemned after it had looked (`generation`) and may be deleted by now, for it may have built on that. Where nothing
 * was, it may be as old as it likes. Throws LibraryPruned.
 */
export const refusePruned = async (library: Library, generation: number): Promise<void> => {
  const latest = await latestGeneration(library.store);
  if (latest === generation) return;
  // a second one is published only when the first was carried out
  const condemned = latest === generation + 1 ? await readCondemned(library, latest) : undefined;
  if (condemned) {
    const { publishedAt, deleteNotBefore } = condemned;
    const margin = Math.min(MARGIN_MS, (deleteNotBefore - publishedAt) / MARGIN_PART);
    if (library.now() < deleteNotBefore - margin) return;
  }
  throw new LibraryPruned('the library was pruned while the image was imported: what it built on may be gone');
};
