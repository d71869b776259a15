import type { BilledCalls } from '../../contracts/billed-calls.ts';
import { monthOf } from '../../domain/billed-calls.ts';
import type { Order } from '../../domain/order.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { ClaimCalls } from '../../ports/usage.ts';
import { addUsage } from '../usage/add-usage.ts';

/** A claim that was lost cost as well: it may still say what. */
export const noteCalls = async (
  { usage }: Pick<Catalog, 'usage'>,
  { orderId, claim: latest, jobId, attempt, tenantId }: Order,
  claim: number,
  calls: BilledCalls | undefined,
  now: number,
): Promise<ClaimCalls | undefined> =>
  calls && claim <= latest
    ? usage.note({ orderId, claim, jobId, attempt, tenantId, month: monthOf(now), calls })
    : undefined;

/** No order waits for its cost: what cannot be added now is when its attempt is cleaned up. */
export const addNoted = async ({ usage }: Pick<Catalog, 'usage'>, noted: ClaimCalls | undefined): Promise<void> => {
  if (noted) await addUsage(usage, noted).catch(() => undefined);
};
