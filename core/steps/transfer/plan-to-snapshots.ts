import { PAGE_BLOCKS } from '../../contracts/ids.ts';
import type { PlanTransferInput, PlanTransferOutput } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job } from '../../domain/job.ts';
import type { RecoveryPoint, RecoveryPointVolume } from '../../domain/recovery-point.ts';
import { decideResources, resourceError } from '../../domain/resource-rules.ts';
import { blocksOf, dataSegments, pagesOfSegment } from '../../domain/segments.ts';
import { transferKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { resourceQuestion } from '../api/check-resources.ts';
import { enterPhase } from '../phase.ts';
import { openTenant, serviceOf } from '../tenant-of-job.ts';
import { finishOrder } from './finish-order.ts';
import { markWaiting } from './mark-waiting.ts';
import type { OrderDraft } from './order-draft.ts';
import { openOrders, placeOrders, readPlan } from './place-orders.ts';
import type { PlanDeps } from './plan-to-library.ts';
import { progressAtStart } from './progress-so-far.ts';
import { queueDeadline } from './queue-deadline.ts';

/**
 * Whose nodes restore a point: those of the service hypervisor that the tenant is bound to now (A3), which get a session
 * for the library that the point is in, whoever's that is. A folder is on the nodes of its own service hypervisor and
 * nowhere else: then these, if the rules allow it. Errors: LibraryUnavailable, RuleViolated (O6 to O8), NotAvailable.
 */
const workerOf = async (
  catalog: Catalog,
  { serviceId }: Pick<RecoveryPoint, 'serviceId'>,
  tenant: TenantHypervisor,
  bound: ServiceHypervisor,
  { request }: Job,
): Promise<ServiceHypervisor> => {
  const holder = await serviceOf(catalog, serviceId);
  if (holder.hypervisorId === bound.hypervisorId || holder.mediaAgent.library.kind === 's3') return bound;
  const error = resourceError(decideResources(await resourceQuestion(catalog, tenant, holder, request)));
  if (error) throw error;
  return holder;
};

/** Where its data is has to be known of every page: what is not listed would be restored as zeros. */
const isKnown = ({ sizeBytes, dataBlocks, pageDataBlocks }: RecoveryPointVolume): boolean =>
  pageDataBlocks.length === Math.ceil(blocksOf(sizeBytes) / PAGE_BLOCKS) &&
  pageDataBlocks.reduce((sum, count) => sum + count, 0) === dataBlocks;

/** Cuts the point's volumes into orders by the data that each of their pages holds: known from the point's record. */
export const planToSnapshots = async (
  { catalog, work, clock, sha256, segmentBlocks, heartbeatSeconds }: Omit<PlanDeps, 'scopes'>,
  input: PlanTransferInput,
): Promise<PlanTransferOutput> => {
  const { jobId, attempt, tenantId, instanceId, recoveryPointId, fence, snapshotIds = [] } = input;
  const ref = { jobId, attempt, tenantId, instanceId, recoveryPointId };
  const { job, tenant, service } = await openTenant(catalog, tenantId, jobId);
  const point = await catalog.points.get(tenantId, recoveryPointId);
  if (point?.state !== 'available') {
    throw new RecoveryPointUnavailable(`there is no recovery point ${recoveryPointId} to restore from`);
  }
  const volumeIds = input.volumeIds ?? point.volumes.map(({ volumeId }) => volumeId);
  if (volumeIds.length !== snapshotIds.length) {
    throw new RecoveryPointUnavailable(`${volumeIds.length} volumes cannot go into ${snapshotIds.length} snapshots`);
  }
  const worker = await workerOf(catalog, point, tenant, service, job);
  const placed = { ...ref, serviceId: point.serviceId, workerId: worker.hypervisorId };
  const filled = volumeIds.map((volumeId, at) => {
    const volume = point.volumes.find((each) => each.volumeId === volumeId);
    if (!volume) throw new RecoveryPointUnavailable(`${recoveryPointId} holds no volume ${volumeId}`);
    if (!isKnown(volume)) {
      throw new RecoveryPointUnavailable(
        `what ${recoveryPointId} holds of ${volumeId} is not known: its record is damaged`,
      );
    }
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
    ...(await progressAtStart({ catalog, work }, input, volumeIds)),
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
      queueUrl: worker.queues.restores,
      queueDeadlineSeconds: queueDeadline(job.request, heartbeatSeconds),
    },
  };
};
