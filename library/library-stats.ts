import { BLOCK_BYTES } from './block.ts';
import { disposing } from './disposing.ts';
import type { Library } from './library.ts';
import type { MaintenanceOptions } from './maintenance.ts';
import { type PruneInput, preparePrune } from './prune-plan.ts';

/** JSON-safe; sizes in bytes. */
export interface LibraryStats {
  readonly recoveryPoints: number;
  /** Of all recovery points together. */
  readonly volumes: number;
  /** Sizes of those volumes, and how much of them is not zero. */
  readonly logicalBytes: number;
  readonly dataBytes: number;
  /** Of different blocks. */
  readonly uniqueBytes: number;
  /** Of all objects. */
  readonly storedBytes: number;
  readonly storedBytesOf: Readonly<Record<'packs' | 'index' | 'pages' | 'maps' | 'points' | 'other', number>>;
  /** `dataBytes` to `uniqueBytes`; 1 where there is nothing. */
  readonly dedupRatio: number;
  /** `uniqueBytes` to what those blocks take in packs. */
  readonly compressionRatio: number;
  readonly packs: number;
  /** Of the packs' bytes, those that recovery points refer to. */
  readonly livePackShare: number;
  readonly indexObjects: number;
  /** What a prune would give back, as far as it can be told without asking the control plane. */
  readonly reclaimableBytes: number;
  /** Blocks that no pack holds. */
  readonly lostBlocks: number;
}

const ratio = (of: number, to: number): number => (to === 0 ? 1 : of / to);

/**
 * Reads index, maps and pages, no pack. `input` as for prune makes the estimate exact: without it nothing counts as
 * expired, and the maps of attempts under way count as left over.
 */
export const libraryStats = async (
  library: Library,
  { committed = [], expired = [], pending = [], ...options }: MaintenanceOptions & Partial<PruneInput> = {},
): Promise<LibraryStats> => {
  const input = { committed, expired, pending, acceptDamage: true };
  const { plan, marks, survey: surveyed } = await preparePrune(library, input, options);
  return disposing(surveyed, async (survey) => {
    const storedBytesOf = { packs: 0, index: 0, pages: 0, maps: 0, points: 0, other: 0 };
    for await (const { key, size } of library.store.list('')) {
      const kind = key.split('/')[0] as string;
      storedBytesOf[kind in storedBytesOf ? (kind as keyof typeof storedBytesOf) : 'other'] += size;
    }
    const uniqueBytes = marks.blocks * BLOCK_BYTES;
    const dataBytes = marks.dataBlocks * BLOCK_BYTES;
    return {
      recoveryPoints: plan.recoveryPoints,
      volumes: marks.volumes,
      logicalBytes: marks.logicalBytes,
      dataBytes,
      uniqueBytes,
      storedBytes: Object.values(storedBytesOf).reduce((sum, bytes) => sum + bytes, 0),
      storedBytesOf,
      dedupRatio: ratio(dataBytes, uniqueBytes),
      compressionRatio: ratio(uniqueBytes, marks.bytes),
      packs: [...survey.packs].filter((pack) => survey.packs.present[pack]).length,
      livePackShare: ratio(marks.bytes, storedBytesOf.packs),
      indexObjects: survey.indexes.length,
      reclaimableBytes: plan.bytesGivenBack,
      lostBlocks: marks.lostBlocks,
    };
  });
};
