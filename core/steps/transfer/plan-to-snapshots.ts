import type { PlanTransferInput, PlanTransferOutput } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import { dataSegments, pagesOfSegment } from '../../domain/segments.ts';
import { transferKeys } from '../../domain/work-keys.ts';
import { enterPhase } from '../phase.ts';
import { openTenant, serviceOf } from '../tenant-of-job.ts';
import { countersSoFar } from './counters-so-far.ts';
import { finishOrder } from './finish-order.ts';
import { markWaiting } from './mark-waiting.ts';
import type { OrderDraft } from './order-draft.ts';
import { openOrders, placeOrders, readPlan } from './place-orders.ts';
import type { PlanDeps } from './plan-to-library.ts';
import { queueDeadline } from './queue-deadline.ts';

/** Cuts the point's volumes into orders by the data that each of their pages holds: known from the point's record. */
export const planToSnapshots = async (
  { catalog, work, clock, sha256, segmentBlocks, heartbeatSeconds }: Omit<PlanDeps, 'scopes'>,
  input: PlanTransferInput,
): Promise<PlanTransferOutput> => {
  const { jobId, attempt, tenantId, instanceId, recoveryPointId, fence, snapshotIds = [] } = input;
  const ref = { jobId, attempt, tenantId, instanceId, recoveryPointId };
  const { job } = await openTenant(catalog, tenantId, jobId);
  const point = await catalog.points.get(tenantId, recoveryPointId);
  if (point?.state !== 'available') {
    throw new RecoveryPointUnavailable(`there is no recovery point ${recoveryPointId} to restore from`);
  }
  const volumeIds = input.volumeIds ?? point.volumes.map(({ volumeId }) => volumeId);
  if (volumeIds.length !== snapshotIds.length) {
    throw new RecoveryPointUnavailable(`${volumeIds.length} volumes cannot go into ${snapshotIds.length} snapshots`);
  }
  const service = await serviceOf(catalog, point.serviceId);
  const placed = { ...ref, serviceId: point.serviceId };
  const filled = volumeIds.map((volumeId, at) => {
    const volume = point.volumes.find((each) => each.volumeId === volumeId);
    if (!volume) throw new RecoveryPointUnavailable(`${recoveryPointId} holds no volume ${volumeId}`);
    const snapshotId = snapshotIds[at] as string;
    const orders = dataSegments(volume.pageDataBlocks, segmentBlocks).map(
      (segment, index): OrderDraft => ({
        orderIdIn: (of) => derivedId(sha256, 'ord', jobId, of, instanceId, recoveryPointId, volumeId, index),
        volumeId,
        blocks: segment.blockCount,
        snapshotIds: [snapshotId],
        work: {
          kind: 'write-segment',
          source: { recoveryPointId, volumeId },
          snapshotId,
          pages: pagesOfSegment(segment),
        },
      }),
    );
    return { snapshotId, orders };
  });
  const all = filled.flatMap(({ orders }) => orders);
  await placeOrders({ catalog, work }, placed, 0, all, fence);
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
        snapshotIds,
        work: {
          kind: 'complete-snapshots',
          snapshots: filled.map(({ snapshotId, orders }) => ({
            snapshotId,
            orderIds: orders.map(({ orderIdIn }) => orderIdIn(attempt)),
          })),
        },
      },
    ],
    fence,
  );
  const keys = transferKeys(ref);
  await work.putJson(keys.segments, openOrders(await readPlan(work, ref)));
  await enterPhase(catalog, clock, input, 'waiting for an access node', {
    ...(await countersSoFar(catalog, input)),
    plannedBlocks: all.reduce((sum, { blocks }) => sum + blocks, 0),
    transferStartedAt: clock.now(),
  });
  await markWaiting(catalog, input);
  return {
    done: true,
    transfer: {
      ...ref,
      workBucket: work.bucket,
      segmentsKey: keys.segments,
      resultsPrefix: keys.mapResults,
      finishOrderId,
      queueUrl: service.queues.restores,
      queueDeadlineSeconds: queueDeadline(job.request, heartbeatSeconds),
    },
  };
};
