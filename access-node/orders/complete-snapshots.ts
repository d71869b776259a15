import { createHash, type Hash } from 'node:crypto';
import { TransientFailure } from '../../core/domain/errors.ts';
import type { OrderTools } from '../order-tools.ts';
import { CHECKSUM_ENTRY_BYTES, checksumEntries } from './checksum-list.ts';
import type { CompleteSnapshots, ResultOf } from './order-work.ts';
import { keyOfResult, readResultKeys } from './result-keys.ts';

/** One order's checksums in the work area, and which indexes they span. */
interface ChecksumObject {
  readonly key: string;
  readonly size: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Seals the snapshots that write-segment orders filled, with the LINEAR aggregate: SHA-256 over the blocks' binary
 * checksums in ascending order of index. Read one order's list after the other, so that a volume of 64 TiB fits; only
 * lists that overlap are held together. Sealing twice is harmless.
 */
export const completeSnapshots = async (
  work: CompleteSnapshots,
  tools: OrderTools,
): Promise<ResultOf<'complete-snapshots'>> => {
  const { counters, order, signal } = tools;
  const resultKeys = await readResultKeys(tools.workArea, order.documentKey);
  const transport = await tools.transport();
  for (const { snapshotId, orderIds } of work.snapshots) {
    const objects: ChecksumObject[] = [];
    for (const orderId of orderIds) {
      signal.throwIfAborted();
      const key = keyOfResult(resultKeys, orderId).replace(/\.json$/, '.sha');
      const object = await describe(tools, key);
      if (object) objects.push(object);
    }
    const aggregate = createHash('sha256');
    let blocks = 0;
    for (const cluster of clustersOf(objects)) {
      signal.throwIfAborted();
      blocks += await addCluster(tools, cluster, aggregate);
    }
    await transport.complete(snapshotId, blocks, aggregate.digest(), signal);
  }
  return {
    kind: work.kind,
    snapshots: work.snapshots.map(({ snapshotId }) => snapshotId),
    counters: counters.read(),
  };
};

/** undefined for an order that wrote no block. */
const describe = async ({ workArea }: OrderTools, key: string): Promise<ChecksumObject | undefined> => {
  const head = await workArea.getRange(key, 0, CHECKSUM_ENTRY_BYTES);
  if (!head) throw new TransientFailure(`the checksums ${key} are not in the work area`);
  if (head.size === 0) return undefined;
  const tail = await workArea.getRange(key, head.size - CHECKSUM_ENTRY_BYTES, CHECKSUM_ENTRY_BYTES);
  const [first] = checksumEntries(head.bytes);
  const [last] = checksumEntries(tail?.bytes ?? new Uint8Array());
  if (!first || !last || head.size % CHECKSUM_ENTRY_BYTES !== 0)
    throw new TransientFailure(`the checksums ${key} were cut: ${head.size} bytes`);
  return { key, size: head.size, first: first.index, last: last.index };
};

/** Objects in order; those whose indexes overlap stand together. */
const clustersOf = <T extends { readonly first: number; readonly last: number }>(objects: readonly T[]): T[][] => {
  const clusters: { last: number; members: T[] }[] = [];
  for (const object of [...objects].sort((a, b) => a.first - b.first)) {
    const current = clusters.at(-1);
    if (current && object.first <= current.last) {
      current.members.push(object);
      current.last = Math.max(current.last, object.last);
    } else clusters.push({ last: object.last, members: [object] });
  }
  return clusters.map(({ members }) => members);
};

const addCluster = async (
  { workArea }: OrderTools,
  cluster: readonly ChecksumObject[],
  aggregate: Hash,
): Promise<number> => {
  const lists: Uint8Array[] = [];
  for (const { key, size } of cluster) {
    const object = await workArea.getRange(key, 0, size);
    if (object?.bytes.length !== size) throw new TransientFailure(`the checksums ${key} were cut`);
    lists.push(object.bytes);
  }
  const [only] = lists;
  if (lists.length === 1 && only) {
    for (const { sha } of checksumEntries(only)) aggregate.update(sha);
    return only.length / CHECKSUM_ENTRY_BYTES;
  }
  // A block that two orders wrote is one block.
  const merged = new Map<number, Uint8Array>();
  for (const list of lists) for (const { index, sha } of checksumEntries(list)) merged.set(index, sha);
  for (const [, sha] of [...merged].sort(([a], [b]) => a - b)) aggregate.update(sha);
  return merged.size;
};
