import type { PlanRestoreInput, Transfer } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { dataSegments, pagesOfSegment } from '../../domain/segments.ts';
import { workKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256, WorkArea } from '../../ports/control.ts';
import { enterPhase } from '../phase.ts';
import { openTenant, serviceOf } from '../tenant-of-job.ts';
import { type OrderDraft, placeOrders } from '../transfer/place-orders.ts';
import { queueDeadline } from '../transfer/queue-deadline.ts';
import { restoredPoint } from './restored-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly work: WorkArea;
  readonly clock: Clock;
  readonly sha256: Sha256;
  readonly segmentBlocks: number;
  readonly heartbeatSeconds: number;
}

/** Cuts the point's volumes into orders by the data that each of their pages holds: known from the point's record. */
export const createPlanRestore =
  ({ catalog, work, clock, sha256, segmentBlocks, heartbeatSeconds }: Deps) =>
  async ({ snapshotIds, ...input }: PlanRestoreInput): Promise<Transfer> => {
    const { jobId, attempt, tenantId, instanceId, recoveryPointId } = input;
    const ref = { jobId, attempt, tenantId, instanceId };
    const { job } = await openTenant(catalog, tenantId, jobId);
    const point = await restoredPoint(catalog, tenantId, recoveryPointId);
    const service = await serviceOf(catalog, point.serviceId);
    const placed = { ...ref, serviceId: point.serviceId };
    const drafts = point.volumes.map((volume, at): readonly OrderDraft[] => {
      const snapshotId = snapshotIds[at] as string;
      return dataSegments(volume.pageDataBlocks, segmentBlocks).map((segment, index) => ({
        orderId: derivedId(sha256, 'ord', jobId, attempt, volume.volumeId, index),
        volumeId: volume.volumeId,
        blocks: segment.blockCount,
        snapshotIds: [snapshotId],
        work: {
          kind: 'write-segment',
          source: { recoveryPointId, volumeId: volume.volumeId },
          snapshotId,
          pages: pagesOfSegment(segment),
        },
      }));
    });
    const all = drafts.flat();
    await placeOrders({ catalog, work }, placed, 0, all);
    const finishOrderId = derivedId(sha256, 'ord', jobId, attempt, 'complete');
    await placeOrders({ catalog, work }, placed, 'finish', [
      {
        orderId: finishOrderId,
        volumeId: '',
        blocks: 0,
        snapshotIds,
        work: {
          kind: 'complete-snapshots',
          snapshots: drafts.map((orders, at) => ({
            snapshotId: snapshotIds[at] as string,
            orderIds: orders.map(({ orderId }) => orderId),
          })),
        },
      },
    ]);
    const keys = workKeys(jobId, attempt);
    await work.putJson(
      keys.segments(instanceId),
      all.map(({ orderId }) => ({ orderId })),
    );
    await enterPhase(catalog, clock, input, 'waiting for an access node', {
      plannedBlocks: all.reduce((sum, { blocks }) => sum + blocks, 0),
      transferStartedAt: clock.now(),
    });
    return {
      ...ref,
      workBucket: work.bucket,
      segmentsKey: keys.segments(instanceId),
      resultsPrefix: keys.mapResults,
      finishOrderId,
      queueUrl: service.queues.restores,
      queueDeadlineSeconds: queueDeadline(job.request, heartbeatSeconds),
    };
  };
