import { OrderWork } from '../../contracts/order-work.ts';
import type { Order } from '../../domain/order.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { WorkArea } from '../../ports/control.ts';
import type { OrderDraft } from './order-draft.ts';

/**
 * The order as it is placed: done, if the attempt before has done exactly this work. Its result comes along, since an
 * order's session reaches its own attempt's part of the work area only; without it (the work area forgets after 14 days)
 * the work is done again.
 */
export const asDoneBefore = async (
  { catalog, work }: { readonly catalog: Catalog; readonly work: WorkArea },
  order: Order,
  { orderIdIn, work: document }: OrderDraft,
): Promise<Order> => {
  const before = await predecessor(catalog, order, orderIdIn);
  if (before?.state !== 'done' || !before.outcome || !isSameSet(before.snapshotIds, order.snapshotIds)) return order;
  const there = OrderWork.safeParse(await work.getJson(before.documentKey));
  if (!there.success || JSON.stringify(there.data) !== JSON.stringify(OrderWork.parse(document))) return order;

  const { claim, resultKey, counters } = before.outcome;
  const copied = `${order.resultPrefix}${order.orderId}-${claim}.json`;
  if (document.kind === 'write-segment' && !(await work.copy(checksumsOf(resultKey), checksumsOf(copied))))
    return order;
  if (!(await work.copy(resultKey, copied))) return order;
  return {
    ...order,
    state: 'done',
    claim,
    counters,
    outcome: { orderId: order.orderId, claim, resultKey: copied, counters },
  };
};

/** In the newest earlier attempt that came to placing it; that one has taken over what was done before it. */
const predecessor = async (
  catalog: Catalog,
  { attempt, jobId }: Order,
  orderIdIn: OrderDraft['orderIdIn'],
): Promise<Order | undefined> => {
  for (let earlier = attempt - 1; earlier >= 1; earlier -= 1) {
    const order = await catalog.orders.get(orderIdIn(earlier));
    if (order?.jobId === jobId) return order;
  }
  return undefined;
};

/** Beside a result: see SegmentResult. */
const checksumsOf = (resultKey: string): string => resultKey.replace(/\.json$/, '.sha');

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id) => b.includes(id));
