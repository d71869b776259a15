import { z } from 'zod';
import { OrderWork } from '../../contracts/orders.ts';
import type { InstanceRef } from '../../contracts/steps.ts';
import type { Order } from '../../domain/order.ts';
import { workKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { WorkArea } from '../../ports/control.ts';

export interface OrderDraft {
  readonly orderId: string;
  readonly volumeId: string;
  /** To be read or written. */
  readonly blocks: number;
  readonly snapshotIds: readonly string[];
  readonly work: OrderWork;
}

const PlannedOrder = z.strictObject({ orderId: z.string(), volumeId: z.string(), blocks: z.number() });
export type PlannedOrder = z.infer<typeof PlannedOrder>;
const Plan = z.record(z.string(), z.array(PlannedOrder));

/** Writes the orders' documents, then their records, then notes them under `part`; run again, it changes nothing. */
export const placeOrders = async (
  { catalog, work }: { readonly catalog: Catalog; readonly work: WorkArea },
  { jobId, attempt, tenantId, instanceId, serviceId }: InstanceRef & { readonly serviceId: string },
  part: number | 'finish',
  drafts: readonly OrderDraft[],
  fence?: number,
): Promise<readonly Order[]> => {
  const keys = workKeys(jobId, attempt);
  const orders = drafts.map(
    (draft): Order => ({
      orderId: draft.orderId,
      jobId,
      attempt,
      tenantId,
      serviceId,
      instanceId,
      ...(fence === undefined ? {} : { fence }),
      kind: draft.work.kind,
      snapshotIds: draft.snapshotIds,
      documentKey: keys.order(instanceId, draft.orderId),
      resultPrefix: keys.results(instanceId),
      state: 'queued',
      claim: 0,
    }),
  );
  for (const [index, draft] of drafts.entries()) {
    await work.putJson((orders[index] as Order).documentKey, OrderWork.parse(draft.work));
  }
  await catalog.orders.add(orders);
  if (part !== 'finish') {
    const plan = Plan.parse((await work.getJson(keys.plan(instanceId))) ?? {});
    plan[part] = drafts.map(({ orderId, volumeId, blocks }) => ({ orderId, volumeId, blocks }));
    await work.putJson(keys.plan(instanceId), plan);
  }
  return orders;
};

/** All orders noted so far, in the order of planning. */
export const readPlan = async (
  work: WorkArea,
  { jobId, attempt, instanceId }: InstanceRef,
): Promise<PlannedOrder[]> => {
  const plan = Plan.parse((await work.getJson(workKeys(jobId, attempt).plan(instanceId))) ?? {});
  return Object.keys(plan)
    .sort((a, b) => Number(a) - Number(b))
    .flatMap((part) => plan[part] ?? []);
};
