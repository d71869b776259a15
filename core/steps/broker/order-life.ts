import { isTerminal } from '../../domain/job.ts';
import type { Order } from '../../domain/order.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** Why nobody may work on an order any more; undefined while somebody may. */
export const whyGone = async (catalog: Catalog, order: Order): Promise<string | undefined> => {
  if (order.state === 'closed') return 'its attempt was closed';
  const job = await catalog.jobs.get(order.tenantId, order.jobId);
  if (!job || isTerminal(job.state)) return 'its job has ended';
  if (job.attempt !== order.attempt) return 'its attempt has ended';
  if (job.cancelRequestedAt !== undefined) return 'its job was cancelled';
  if (job.suspendRequestedAt !== undefined) return 'its job was suspended';
  if (order.fence !== undefined) {
    const instance = await catalog.instances.get(order.tenantId, order.instanceId);
    const ours = instance?.owner === attemptName(order.jobId, order.attempt) && instance.fence === order.fence;
    if (!ours) return 'another job has taken the instance over';
  }
  return undefined;
};
