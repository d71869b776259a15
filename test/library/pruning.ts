import type { DeletableStore } from '../../core/ports/object-store.ts';
import type { Library } from '../../library/library.ts';
import { type PruneOptions, type PruneResult, prune } from '../../library/prune.ts';

/** A prune that need not wait, of a library on which no attempt is open. */
export const pruneNow = (
  library: Library,
  store: DeletableStore,
  options: { readonly [Name in keyof PruneOptions]?: NonNullable<PruneOptions[Name]> } = {},
): Promise<PruneResult> =>
  prune(library, {
    store,
    committed: [],
    expired: [],
    pending: [],
    holder: 'prune-1',
    safetyMs: 0,
    noteCondemned: async () => undefined,
    raiseFences: async () => undefined,
    ...options,
  });
