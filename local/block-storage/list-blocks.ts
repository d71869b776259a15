import { type Manifests, PAGE_BLOCKS } from './manifests.ts';

/** The blocks of a snapshot that are not zero, in order, from block `start`. */
export function* blocksOf(manifests: Manifests, id: string, start: number): Generator<number> {
  for (const number of manifests.get(id).pages) {
    if ((number + 1) * PAGE_BLOCKS <= start) continue;
    const page = manifests.page(id, number);
    for (let at = Math.max(0, start - number * PAGE_BLOCKS); at < PAGE_BLOCKS; at++) {
      if (page[at]) yield number * PAGE_BLOCKS + at;
    }
  }
}

export interface ChangedBlock {
  readonly index: number;
  readonly inFirst: boolean;
  readonly inSecond: boolean;
}

/**
 * The blocks in which two snapshots of one lineage differ, in order, from block `start`. They differ where their data
 * was written at different times; a block that was zero in both never does.
 */
export function* changedBlocks(
  manifests: Manifests,
  first: string,
  second: string,
  start: number,
): Generator<ChangedBlock> {
  const numbers = new Set([...manifests.get(first).pages, ...manifests.get(second).pages]);
  for (const number of [...numbers].sort((a, b) => a - b)) {
    if ((number + 1) * PAGE_BLOCKS <= start) continue;
    const before = manifests.page(first, number);
    const after = manifests.page(second, number);
    for (let at = Math.max(0, start - number * PAGE_BLOCKS); at < PAGE_BLOCKS; at++) {
      if (before[at] === after[at]) continue;
      yield { index: number * PAGE_BLOCKS + at, inFirst: before[at] !== 0, inSecond: after[at] !== 0 };
    }
  }
}
