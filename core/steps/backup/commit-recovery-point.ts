import { SegmentResult } from '../../contracts/order-results.ts';
import { readFromNewer } from '../../contracts/other-versions.ts';
import type { LockedInstance } from '../../contracts/steps.ts';
import { FenceRaised, LibraryPruned, TransientFailure } from '../../domain/errors.ts';
import { attemptName, isBeforeBarrier } from '../../domain/protected-instance.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256, WorkArea } from '../../ports/control.ts';
import { enterPhase } from '../phase.ts';
import { finishOrder } from '../transfer/finish-order.ts';
import { pendingPoint } from '../transfer/pending-point.ts';
import { settleCommitted } from './settle-committed.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly work: WorkArea;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/**
 * Everything is where it is to stay: ONE conditional write on the instance's record makes the point count. Of all three
 * kinds: a snapshot's data is in its snapshots, a streaming backup's and a backup copy's in the library.
 */
export const createCommitRecoveryPoint =
  (deps: Deps) =>
  async (input: LockedInstance): Promise<LockedInstance> => {
    const { catalog, clock } = deps;
    const { jobId, attempt, tenantId, instanceId, fence } = input;
    const point = await pendingPoint(catalog, input);
    const isToBeFilled = point.kind !== 'snapshot' && point.state === 'pending';
    const filling = isToBeFilled ? await inLibrary(deps, input, point) : undefined;
    // The cancel flag is looked at before the commit, never after: a committed point stays.
    await enterPhase(catalog, clock, input, 'finishing');
    if (filling && !(await catalog.points.fill(tenantId, point.recoveryPointId, attempt, filling, 'final'))) {
      // Another run of this step may have been faster; then this one finds it committed, and changes nothing.
      const { state } = await pendingPoint(catalog, input);
      if (state === 'pending') throw new FenceRaised(`${point.recoveryPointId} is another attempt's by now`);
    }
    const committed = await catalog.instances.commit(
      tenantId,
      instanceId,
      attemptName(jobId, attempt),
      fence,
      point.recoveryPointId,
      await becomes(catalog, point),
      point.kind === 'snapshot' ? undefined : (point.createdAt ?? 0),
    );
    if (!committed) throw await whyNotCommitted(catalog, input, point);
    await settleCommitted(catalog, clock, point);
    const kept = new Set(point.volumes.map(({ snapshotId }) => snapshotId));
    for (const effect of await catalog.effects.ofAttempt(jobId, attempt)) {
      if (effect.resourceIds.some((id) => kept.has(id))) await catalog.effects.update(effect, { state: 'kept' });
    }
    if (point.kind === 'streaming') {
      await catalog.jobs.updateInstance(jobId, instanceId, { phase: 'done', phaseSince: clock.now() });
    }
    return input;
  };

const inLibrary = async (
  { catalog, work, sha256 }: Deps,
  input: LockedInstance,
  point: RecoveryPoint,
): Promise<Pick<RecoveryPoint, 'volumes' | 'verification'>> => {
  const order = await catalog.orders.get(finishOrder(sha256, input));
  const result = readFromNewer(SegmentResult, order?.outcome && (await work.getJson(order.outcome.resultKey)));
  if (result.kind !== 'assemble-maps')
    throw new TransientFailure(`the result of ${order?.orderId} is not one of assemble-maps`);
  const volumes = point.volumes.map((volume) => {
    const assembled = result.volumes.find(({ volumeId }) => volumeId === volume.volumeId);
    if (!assembled) throw new TransientFailure(`the result of ${order?.orderId} lacks ${volume.volumeId}`);
    const { dataBlocks, zeroBlocks, pageDataBlocks } = assembled;
    return { ...volume, dataBlocks, zeroBlocks, pageDataBlocks };
  });
  return { volumes, verification: result.verification };
};

/** What the next incremental compares with is the newest in a library: the copy of an older snapshot does not become it. */
const becomes = async (catalog: Catalog, point: RecoveryPoint): Promise<'head' | 'snapshotHead' | 'neither'> => {
  if (point.kind === 'snapshot') return 'snapshotHead';
  if (point.kind === 'streaming') return 'head';
  const head = (await catalog.instances.get(point.tenantId, point.instanceId))?.head;
  const newest = head === undefined ? undefined : await catalog.points.get(point.tenantId, head);
  return newest && newest.takenAt > point.takenAt ? 'neither' : 'head';
};

const whyNotCommitted = async (
  catalog: Catalog,
  { jobId, attempt, tenantId, instanceId, fence }: LockedInstance,
  point: RecoveryPoint,
): Promise<Error> => {
  const instance = await catalog.instances.get(tenantId, instanceId);
  if (instance?.owner === attemptName(jobId, attempt) && instance.fence === fence && isBeforeBarrier(point, instance)) {
    return new LibraryPruned(
      `the library was pruned while ${point.recoveryPointId} was being made: it has to be made anew from the start`,
    );
  }
  return new FenceRaised(`${instanceId} was taken over by another job while this one worked on it`);
};
