import { SegmentResult } from '../../contracts/orders.ts';
import type { LockedInstance } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { FenceRaised, TransientFailure } from '../../domain/errors.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256, WorkArea } from '../../ports/control.ts';
import { enterPhase } from '../phase.ts';
import { pendingPoint } from './pending-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly work: WorkArea;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/** Everything is in the library: ONE conditional write on the instance's record makes the point count. */
export const createCommitRecoveryPoint =
  ({ catalog, work, clock, sha256 }: Deps) =>
  async (input: LockedInstance): Promise<LockedInstance> => {
    const { jobId, attempt, tenantId, instanceId, fence } = input;
    const point = await pendingPoint(catalog, input);
    const order = await catalog.orders.get(derivedId(sha256, 'ord', jobId, attempt, instanceId, 'assemble'));
    const result = SegmentResult.parse(order?.outcome && (await work.getJson(order.outcome.resultKey)));
    if (result.kind !== 'assemble-maps')
      throw new TransientFailure(`the result of ${order?.orderId} is not one of assemble-maps`);
    const volumes = point.volumes.map((volume) => {
      const assembled = result.volumes.find(({ volumeId }) => volumeId === volume.volumeId);
      if (!assembled) throw new TransientFailure(`the result of ${order?.orderId} lacks ${volume.volumeId}`);
      const { dataBlocks, zeroBlocks, pageDataBlocks } = assembled;
      return { ...volume, dataBlocks, zeroBlocks, pageDataBlocks };
    });
    // The cancel flag is looked at before the commit, never after: a committed point stays.
    await enterPhase(catalog, clock, input, 'finishing');
    await catalog.points.update(tenantId, point.recoveryPointId, { volumes, verification: result.verification });
    const committed = await catalog.instances.commit(
      tenantId,
      instanceId,
      attemptName(jobId, attempt),
      fence,
      point.recoveryPointId,
    );
    if (!committed) throw new FenceRaised(`${instanceId} was taken over by another job while this one worked on it`);
    await catalog.points.update(tenantId, point.recoveryPointId, { state: 'available', committedAt: clock.now() });
    const kept = new Set(volumes.map(({ snapshotId }) => snapshotId));
    for (const effect of await catalog.effects.ofAttempt(jobId, attempt)) {
      if (effect.resourceIds.some((id) => kept.has(id))) await catalog.effects.update(effect, { state: 'kept' });
    }
    await catalog.jobs.updateInstance(jobId, instanceId, { phase: 'done', phaseSince: clock.now() });
    return input;
  };
