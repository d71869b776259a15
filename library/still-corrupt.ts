import { readCondemned } from './condemned.ts';
import { CorruptObject, isLoss, type LossError, UnknownKey } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { openIndex } from './index-object.ts';
import type { Library } from './library.ts';
import { READS_AT_ONCE } from './maintenance.ts';
import { readMaintenanceRecord } from './maintenance-lease.ts';
import { checkPageObject } from './page-object.ts';

const open = async (library: Library, { key, kind }: Pick<LossError, 'key' | 'kind'>): Promise<unknown> => {
  const id = key.slice(key.lastIndexOf('/') + 1);
  switch (kind) {
    case 'index': {
      const found = await library.store.get(key);
      return found && openIndex(library.keys, id, found.bytes);
    }
    case 'page':
      return checkPageObject(library, id);
    case 'condemned':
      return readCondemned(library, Number(id));
    case 'prune':
      return readMaintenanceRecord(library, Number(id));
    default:
      throw new RangeError(`a ${kind} is not done without`);
  }
};

/**
 * The keys of those that do not open now either: one read may have been disturbed on its way. Of index, page, condemned
 * and prune objects, which a library can do without.
 */
export const stillCorrupt = async (
  library: Library,
  suspects: readonly Pick<LossError, 'key' | 'kind'>[],
): Promise<string[]> => {
  const corrupt: string[] = [];
  await inParallel(suspects, { atOnce: READS_AT_ONCE }, async (suspect) => {
    try {
      await open(library, suspect);
    } catch (error) {
      if (!isLoss(error)) throw error;
      if (error instanceof CorruptObject && !(error instanceof UnknownKey)) corrupt.push(suspect.key);
    }
  });
  return corrupt;
};
