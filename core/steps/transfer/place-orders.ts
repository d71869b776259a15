import { z } from 'zod';
import { OrderWork } from '../../contracts/order-work.ts';
import type { InstanceRef } from '../../contracts/steps.ts';
import type { Order } from '../../domain/order.ts';
import { transferKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { WorkArea } from '../../ports/control.ts';
import { asDoneBefore } from './done-before.ts';
import type { OrderDraft } from './order-draft.ts';

const PlannedOrder = z.strictObject({
  orderId: z.string(),
  volumeId: z.string(),
  blocks: z.number(),
  /** By an earlier attempt. */
  done: z.boolean().optional(),
});
export type PlannedOrder = z.infer<typeof PlannedOrder>;
const Plan = z.record(z.string(), z.array(PlannedOrder));

/** One recovery point of one instance, in one attempt. */
export type TransferRef = InstanceRef & { readonly recoveryPointId: string };

const DOCUMENTS_AT_ONCE = 16;

/**
 * Writes the orders' documents, then their records, then notes them under `part`; run again, it changes nothing. What an
 * earlier attempt that was suspended has finished is placed as done.
 */
export const placeOrders = async (
  { catalog, work }: { readonly catalog: Catalog; readonly work: WorkArea },
  { serviceId, workerId, lockedUntil, ...ref }: TransferRef & Pick<Order, 'serviceId' | 'workerId' | 'lockedUntil'>,
  part: number | 'finish',
  drafts: readonly OrderDraft[],
  fence?: number,
): Promise<readonly Order[]> => {
  const { jobId, attempt, tenantId, instanceId } = ref;
  const keys = transferKeys(ref);
  const placed = drafts.map(
    (draft): Order => ({
      orderId: draft.orderIdIn(attempt),
      jobId,
      attempt,
      tenantId,
      serviceId,
      ...(workerId === undefined ? {} : { workerId }),
      instanceId,
      ...(fence === undefined ? {} : { fence }),
      kind: draft.work.kind,
      ...(part === 'finish' ? {} : { volumeId: draft.volumeId }),
      snapshotIds: draft.snapshotIds,
      ...(lockedUntil === undefined ? {} : { lockedUntil }),
      documentKey: keys.order(draft.orderIdIn(attempt)),
      resultPrefix: keys.results,
      state: 'queued',
      claim: 0,
    }),
  );
  const orders: Order[] = [];
  for (let at = 0; at < drafts.length; at += DOCUMENTS_AT_ONCE) {
    const some = placed.slice(at, at + DOCUMENTS_AT_ONCE);
    orders.push(
      ...(await Promise.all(
        some.map(async (order, index) => {
          const draft = drafts[at + index] as OrderDraft;
          await work.putJson(order.documentKey, OrderWork.parse(draft.work));
          return part === 'finish' ? order : asDoneBefore({ catalog, work }, order, draft);
        }),
      )),
    );
  }
  await catalog.orders.add(orders);
  if (part !== 'finish') {
    const plan = Plan.parse((await work.getJson(keys.plan)) ?? {});
    plan[part] = drafts.map(({ volumeId, blocks }, index) => {
      const { orderId, state } = orders[index] as Order;
      return { orderId, volumeId, blocks, ...(state === 'done' ? { done: true } : {}) };
    });
    await work.putJson(keys.plan, plan);
  }
  return orders;
};

/** All orders noted so far, in the order of planning. */
export const readPlan = async (work: WorkArea, ref: TransferRef): Promise<PlannedOrder[]> => {
  const plan = Plan.parse((await work.getJson(transferKeys(ref).plan)) ?? {});
  return Object.keys(plan)
    .sort((a, b) => Number(a) - Number(b))
    .flatMap((part) => plan[part] ?? []);
};

/** What the transfer's Map reads: the orders that are still to be done. */
export const openOrders = (planned: readonly PlannedOrder[]): { orderId: string }[] =>
  planned.filter(({ done }) => !done).map(({ orderId }) => ({ orderId }));

/** Takes a volume's orders out of the plan, and answers them: it is to be planned anew. */
export const dropOrders = async (work: WorkArea, ref: TransferRef, volumeId: string): Promise<readonly string[]> => {
  const key = transferKeys(ref).plan;
  const plan = Plan.parse((await work.getJson(key)) ?? {});
  const dropped = Object.values(plan)
    .flat()
    .filter((order) => order.volumeId === volumeId);
  if (dropped.length > 0) {
    await work.putJson(
      key,
      Object.fromEntries(
        Object.entries(plan).map(([part, orders]) => [part, orders.filter((order) => order.volumeId !== volumeId)]),
      ),
    );
  }
  return dropped.map(({ orderId }) => orderId);
};
