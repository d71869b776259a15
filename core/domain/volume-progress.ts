/** How much of a volume has gone through. Pure. */
import { BLOCK_BYTES } from '../contracts/ids.ts';
import type { Counters } from '../contracts/orders.ts';

/** Of what is counted, what a volume has of its own. */
export interface VolumeCounters {
  /** Of volume data that went through. */
  readonly bytes: number;
  /** Blocks, as the two below. */
  readonly zero: number;
  readonly deduplicated: number;
  readonly stored: number;
  /** Bytes written to the library, all objects. */
  readonly storedBytes: number;
}

export interface VolumeProgress extends VolumeCounters {
  /** Blocks that the orders of this attempt read or write. */
  readonly plannedBlocks: number;
  /** What was counted before `startedAt`: by attempts before this one. Absent: nothing. */
  readonly before?: VolumeCounters;
  /** When the first order of it that has moved anything was taken, and when the last moved something; ms since 1970. */
  readonly startedAt?: number;
  readonly movedAt?: number;
}

export const NOTHING_OF_VOLUME: VolumeCounters = { bytes: 0, zero: 0, deduplicated: 0, stored: 0, storedBytes: 0 };

export const ofVolume = ({ bytes, zero, deduplicated, stored, storedBytes }: VolumeCounters): VolumeCounters => ({
  bytes,
  zero,
  deduplicated,
  stored,
  storedBytes,
});

/** Bytes of the planned ones that are dealt with: zero blocks that EBS does not list are, and never went through. */
export const doneBytes = (plannedBlocks: number, { bytes, zero, deduplicated, stored }: VolumeCounters): number =>
  Math.min(plannedBlocks * BLOCK_BYTES, Math.max(bytes, (zero + deduplicated + stored) * BLOCK_BYTES));

export const addedTo = (sum: VolumeCounters, by: Counters): VolumeCounters => ({
  bytes: sum.bytes + by.bytes,
  zero: sum.zero + by.zero,
  deduplicated: sum.deduplicated + by.deduplicated,
  stored: sum.stored + by.stored,
  storedBytes: sum.storedBytes + by.storedBytes,
});
