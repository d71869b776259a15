/** What AWS bills by the piece of an order's work, counted where the calls are made: at the access node. */
import { z } from 'zod';

const Count = z.int().nonnegative();

export const BilledCalls = z.strictObject({
  /** EBS direct: blocks that came. */
  blocksRead: Count,
  /** EBS direct: blocks that were taken. */
  blocksWritten: Count,
  /** EBS direct: ListSnapshotBlocks, ListChangedBlocks. */
  blockLists: Count,
  /** S3: PUT and LIST, the dearer class. Of deletes nothing is billed. */
  s3Puts: Count,
  /** S3: GET and all others. */
  s3Gets: Count,
  kms: Count,
});
export type BilledCalls = z.infer<typeof BilledCalls>;
export type BilledCall = keyof BilledCalls;

/** Told of each call that AWS bills, once its answer has come. */
export type CountCall = (call: BilledCall) => void;

export const noCalls: BilledCalls = {
  blocksRead: 0,
  blocksWritten: 0,
  blockLists: 0,
  s3Puts: 0,
  s3Gets: 0,
  kms: 0,
};
export const BILLED_CALLS = Object.keys(noCalls) as readonly BilledCall[];
