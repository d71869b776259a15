import { latestGeneration } from './condemned.ts';
import { LibraryDamaged, MissingObject } from './errors.ts';
import type { Library } from './library.ts';
import { latestMaintenanceRecord } from './maintenance-lease.ts';
import { condemnedName } from './names.ts';

const HIDDEN = 'it was published, and never deleted here: whoever has the bucket has hidden or removed it';

export interface HiddenRecords {
  readonly missing: readonly MissingObject[];
  /** Generations up to this one were published: none of them may be published again. */
  readonly published: number;
}

/**
 * Records of prunes that are to be there and are not listed. What a hidden generation condemns would pass for good, and
 * an earlier one be in force that names what has been built upon since. `noted` is the last generation that the control
 * plane was told of; the library itself knows of those whose deletions were done.
 */
export const hiddenRecords = async (library: Library, noted = 0): Promise<HiddenRecords> => {
  const missing: MissingObject[] = [];
  // the record first: of what it names, the latest generation is never deleted
  const { record } = await latestMaintenanceRecord(library);
  const least = Math.max(noted, record?.completed ?? 0);
  const latest = await latestGeneration(library.store);
  if (latest < least) missing.push(new MissingObject({ key: condemnedName(least), kind: 'condemned' }, HIDDEN));
  // whoever publishes holds a lease, and the last of its records stays
  if (latest > 0 && (await latestMaintenanceRecord(library)).number === 0)
    missing.push(new MissingObject({ key: 'prune/', kind: 'prune' }, HIDDEN));
  return { missing, published: Math.max(latest, least) };
};

/** Throws `LibraryDamaged` where records are hidden: a repair publishes a generation that puts them right. */
export const refuseHiddenRecords = async (library: Library, noted?: number): Promise<void> => {
  const { missing } = await hiddenRecords(library, noted);
  if (missing.length > 0) throw new LibraryDamaged(missing);
};
