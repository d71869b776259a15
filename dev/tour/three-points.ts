import type { TenantInstance } from '../demo/tenant-instance.ts';
import { runInstance, type Truth, truthOf } from './instances.ts';
import { pointOf, runJob, showPoint } from './jobs.ts';
import { shared, type TourTenant } from './tenant.ts';
import type { Tour } from './world.ts';

export interface ThreePoints {
  readonly instance: TenantInstance;
  readonly volumeIds: readonly [root: string, data: string];
  /** What the volumes held at all three. */
  readonly truth: Truth;
  readonly streaming: string;
  readonly snapshot: string;
  readonly copy: string;
}

/** An instance with a recovery point of each of the three kinds, all of the same data. */
export const threePoints = (tour: Tour, tenant: TourTenant): Promise<ThreePoints> =>
  shared(tenant, 'three points', async () => {
    await tour.nodes();
    const instance = await runInstance(tour, tenant);
    const volumeIds = instance.volumes.map(({ volumeId }) => volumeId) as [string, string];
    const truth = await truthOf(tour, volumeIds);
    const streaming = pointOf(await runJob(tenant, 'backup', 'start', instance.instanceId, '--full'));
    const snapshot = pointOf(await runJob(tenant, 'snapshot', 'start', instance.instanceId));
    await runJob(tenant, 'backup-copy', 'start', snapshot);
    const { copiedTo } = await showPoint(tenant, snapshot);
    if (!copiedTo) throw new Error(`${snapshot} was copied, and does not say where to`);
    return { instance, volumeIds, truth, streaming, snapshot, copy: copiedTo };
  });
