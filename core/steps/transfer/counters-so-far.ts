import { type Counters, noCounters } from '../../contracts/orders.ts';
import type { InstanceRef } from '../../contracts/steps.ts';
import type { Order } from '../../domain/order.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** What the orders of an instance that are done have moved, exactly. Orders that only join count nothing. */
export const countersOf = (orders: readonly Order[]): Counters =>
  orders
    .filter(({ kind }) => kind === 'read-segment' || kind === 'write-segment')
    .reduce<Counters>(
      (sum, { outcome }) =>
        Object.fromEntries(
          Object.entries(sum).map(([name, value]) => [name, value + (outcome?.counters[name as keyof Counters] ?? 0)]),
        ) as Counters,
      noCounters,
    );

/** A later attempt's progress begins with what the attempts before it have finished. */
export const countersSoFar = async (
  catalog: Catalog,
  { jobId, attempt, instanceId }: InstanceRef,
): Promise<{ readonly counters?: Counters }> =>
  attempt === 1 ? {} : { counters: countersOf(await catalog.orders.ofAttempt(jobId, attempt, instanceId)) };
