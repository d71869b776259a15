import type { z } from 'zod';
import { type HypervisorId, PAGE_BLOCKS } from '../../contracts/ids.ts';
import type { AssembleMaps, BlockRanges, OrderWork } from '../../contracts/order-work.ts';
import type { VerifyDepth } from '../../contracts/plans.ts';
import type { PlanCursor, PlanTransferInput, PlanTransferOutput } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { UnrelatedSnapshots } from '../../domain/errors.ts';
import type { RecoveryPoint, RecoveryPointVolume } from '../../domain/recovery-point.ts';
import {
  blocksOf,
  changedSegments,
  fullSegments,
  pageOf,
  pagesOfSegment,
  type Segment,
} from '../../domain/segments.ts';
import { transferKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256, WorkArea } from '../../ports/control.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { enterPhase } from '../phase.ts';
import { openTenant, serviceOf } from '../tenant-of-job.ts';
import { finishOrder } from './finish-order.ts';
import { markWaiting } from './mark-waiting.ts';
import type { OrderDraft } from './order-draft.ts';
import { pendingPoint, planVolumes } from './pending-point.ts';
import { dropOrders, openOrders, type PlannedOrder, placeOrders, readPlan } from './place-orders.ts';
import { progressAtStart } from './progress-so-far.ts';
import { queueDeadline } from './queue-deadline.ts';

/** Changed blocks listed in one call: some ten pages of ListChangedBlocks, far inside a Lambda's time. */
const LISTED_AT_ONCE = 100_000;

export interface PlanDeps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly work: WorkArea;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Blocks to read per order, about: 8,192 are 4 GiB. Whole map pages, so never below 4,096. */
  readonly segmentBlocks: number;
  readonly heartbeatSeconds: number;
}

/** Turns one volume (or a part of a large one) into orders; the state machine calls again until all are planned. */
export const planToLibrary = async (
  { catalog, scopes, work, clock, sha256, segmentBlocks, heartbeatSeconds }: PlanDeps,
  { cursor: given, ...input }: PlanTransferInput,
): Promise<PlanTransferOutput> => {
  const { jobId, attempt, tenantId, instanceId, recoveryPointId, fence } = input;
  const ref = { jobId, attempt, tenantId, instanceId, recoveryPointId };
  const cursor = given ?? { volume: 0, block: 0, part: 0 };
  const { job, tenant } = await openTenant(catalog, tenantId, jobId);
  const point = await pendingPoint(catalog, input);
  const { serviceId, lockedUntil } = point;
  const placed = { ...ref, serviceId, ...(lockedUntil === undefined ? {} : { lockedUntil }) };
  const volume = point.volumes[cursor.volume];
  if (volume) {
    const scope = await scopes.open(tenant, jobId, { to: 'protect' });
    const part = await planPart(scope, volume, cursor, segmentBlocks);
    if (part.fallback) {
      const volumes = point.volumes.map((each) => (each === volume ? asFull(each, part.fallback) : each));
      await planVolumes(catalog, ref, volumes);
      for (const orderId of await dropOrders(work, ref, volume.volumeId)) await catalog.orders.close(orderId);
      return { done: false, cursor: { ...cursor, block: 0 } };
    }
    const drafts = part.segments.map(
      (segment, index): OrderDraft => ({
        orderIdIn: (of) =>
          derivedId(sha256, 'ord', jobId, of, instanceId, recoveryPointId, volume.volumeId, cursor.part, index),
        volumeId: volume.volumeId,
        blocks: segment.blockCount,
        snapshotIds: [volume.snapshotId, ...(volume.baseSnapshotId ? [volume.baseSnapshotId] : [])],
        work: readSegment(volume, segment),
      }),
    );
    await placeOrders({ catalog, work }, placed, cursor.part, drafts, fence);
    return { done: false, cursor: { ...part.next, part: cursor.part + 1 } };
  }

  const keys = transferKeys(ref);
  const planned = await readPlan(work, ref);
  const finishOrderId = finishOrder(sha256, ref);
  await placeOrders(
    { catalog, work },
    placed,
    'finish',
    [
      {
        orderIdIn: () => finishOrderId,
        volumeId: '',
        blocks: 0,
        snapshotIds: [],
        work: assembleMaps(point, planned, job.request.verify, await locksOfParents(catalog, tenantId, point)),
      },
    ],
    fence,
  );
  await work.putJson(keys.segments, openOrders(planned));
  await enterPhase(catalog, clock, input, 'waiting for an access node', {
    ...(await progressAtStart(
      { catalog, work },
      input,
      point.volumes.map(({ volumeId }) => volumeId),
    )),
    volumes: point.volumes.map(({ volumeId, level, levelReason }) => ({
      volumeId,
      level,
      ...(levelReason ? { reason: levelReason } : {}),
    })),
    transferStartedAt: clock.now(),
  });
  await markWaiting(catalog, input);
  const service = await serviceOf(catalog, point.serviceId);
  return {
    done: true,
    transfer: {
      ...ref,
      workBucket: work.bucket,
      segmentsKey: keys.segments,
      resultsPrefix: keys.mapResults,
      finishOrderId,
      queueUrl: service.queues.work,
      queueDeadlineSeconds: queueDeadline(job.request, heartbeatSeconds),
    },
  };
};

interface Part {
  readonly segments: readonly Segment[];
  readonly next: Pick<PlanCursor, 'volume' | 'block'>;
  /** The volume has to be read in full, and why. */
  readonly fallback?: string;
}

const planPart = async (
  scope: TenantScope,
  volume: RecoveryPointVolume,
  cursor: PlanCursor,
  segmentBlocks: number,
): Promise<Part> => {
  const nextVolume = { volume: cursor.volume + 1, block: 0 };
  if (volume.level === 'full' || !volume.baseSnapshotId) {
    return { segments: fullSegments(blocksOf(volume.sizeBytes), segmentBlocks), next: nextVolume };
  }
  try {
    const { ranges, next } = await scope.snapshots.changedBlocks(
      volume.baseSnapshotId,
      volume.snapshotId,
      cursor.block,
      LISTED_AT_ONCE,
    );
    if (next === undefined) return { segments: changedSegments(ranges, segmentBlocks), next: nextVolume };
    // A page belongs to one order: what was listed of the last, unfinished page is listed again with the next part.
    const border = pageOf(next) * PAGE_BLOCKS;
    return {
      segments: changedSegments(below(ranges, border), segmentBlocks),
      next: { volume: cursor.volume, block: border },
    };
  } catch (error) {
    if (!(error instanceof UnrelatedSnapshots)) throw error;
    return {
      segments: [],
      next: nextVolume,
      fallback: `EBS knows no lineage from ${volume.baseSnapshotId} to ${volume.snapshotId}`,
    };
  }
};

const below = (ranges: BlockRanges, border: number): BlockRanges =>
  ranges.filter(([from]) => from < border).map(([from, to]) => [from, Math.min(to, border)]);

const asFull = (volume: RecoveryPointVolume, levelReason = ''): RecoveryPointVolume => {
  const { baseSnapshotId: _base, parentPointId: _parent, ...rest } = volume;
  return { ...rest, level: 'full', levelReason };
};

const parentOf = ({ volumeId, parentPointId }: RecoveryPointVolume) =>
  parentPointId === undefined ? {} : { parent: { recoveryPointId: parentPointId, volumeId } };

const readSegment = (volume: RecoveryPointVolume, segment: Segment): OrderWork => ({
  kind: 'read-segment',
  volumeId: volume.volumeId,
  snapshotId: volume.snapshotId,
  ...(volume.baseSnapshotId ? { baseSnapshotId: volume.baseSnapshotId } : {}),
  ...parentOf(volume),
  volumeBlocks: blocksOf(volume.sizeBytes),
  pages: pagesOfSegment(segment),
  blocks: segment.blocks,
});

/**
 * Until when the points that this one builds on are kept, as it was noted when all that they need was locked. Of one that
 * has lost blocks nothing is certain. None where the library has no lock.
 */
const locksOfParents = async (
  { points }: Catalog,
  tenantId: HypervisorId,
  { volumes, lockedUntil: own }: RecoveryPoint,
): Promise<ReadonlyMap<string, number>> => {
  const kept = new Map<string, number>();
  if (own === undefined) return kept;
  for (const parent of new Set(volumes.map(({ parentPointId }) => parentPointId))) {
    const point = parent === undefined ? undefined : await points.get(tenantId, parent);
    if (point?.lockedUntil && !point.lostVolumes?.length) kept.set(point.recoveryPointId, point.lockedUntil);
  }
  return kept;
};

const lockOfParent = (
  { parentPointId = '' }: RecoveryPointVolume,
  locks: ReadonlyMap<string, number>,
): { readonly parentLockedUntil?: number } => {
  const parentLockedUntil = locks.get(parentPointId);
  return parentLockedUntil === undefined ? {} : { parentLockedUntil };
};

const assembleMaps = (
  point: RecoveryPoint,
  planned: readonly PlannedOrder[],
  verify: VerifyDepth | undefined,
  locks: ReadonlyMap<string, number>,
): z.infer<typeof AssembleMaps> => ({
  kind: 'assemble-maps',
  recoveryPointId: point.recoveryPointId,
  pointKind: point.kind === 'backup-copy' ? 'backup-copy' : 'streaming',
  tags: { ...point.instance.tags },
  takenAt: new Date(point.takenAt).toISOString(),
  instance: { ...point.instance },
  requestedBy: point.requestedBy,
  ...(verify ? { verify } : {}),
  volumes: point.volumes.map((volume) => ({
    volumeId: volume.volumeId,
    sizeBytes: volume.sizeBytes,
    snapshotId: volume.snapshotId,
    ...(volume.baseSnapshotId ? { baseSnapshotId: volume.baseSnapshotId } : {}),
    ...parentOf(volume),
    ...lockOfParent(volume, locks),
    level: volume.level,
    orderIds: planned.filter(({ volumeId }) => volumeId === volume.volumeId).map(({ orderId }) => orderId),
  })),
});
