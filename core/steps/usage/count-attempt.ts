import { noCalls } from '../../contracts/billed-calls.ts';
import { countOfCalls, monthOf } from '../../domain/billed-calls.ts';
import { TransientFailure } from '../../domain/errors.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClaimCalls } from '../../ports/usage.ts';
import { addUsage } from './add-usage.ts';
import type { TellUncounted, Uncounted } from './tell-uncounted.ts';

export interface CountAttemptDeps {
  readonly catalog: Pick<Catalog, 'usage' | 'orders'>;
  readonly clock: Clock;
  readonly tellUncounted: TellUncounted;
}

/**
 * Whatever of an attempt's orders is not in their tenant's month yet: a node or a broker ended before it was. Never fails:
 * what is undone by then is told, and done whenever this runs again.
 */
export const countAttempt = async (
  { catalog, clock, tellUncounted }: CountAttemptDeps,
  { tenantId, jobId, attempt }: Uncounted,
): Promise<void> => {
  const failures: unknown[] = [];
  try {
    for (const claim of await claimsOf(catalog, { jobId, attempt }, monthOf(clock.now()))) {
      await addUsage(catalog.usage, claim).catch((error: unknown) => {
        // the table's own trouble is every claim's, and each would wait for it anew
        if (error instanceof TransientFailure) throw error;
        failures.push(error);
      });
    }
  } catch (error) {
    failures.push(error);
  }
  if (failures.length > 0) tellUncounted(failures[0], { tenantId, jobId, attempt });
};

/** Those that are to be added, after what only their orders' records tell of is noted. */
const claimsOf = async (
  { usage, orders }: CountAttemptDeps['catalog'],
  { jobId, attempt }: Pick<Uncounted, 'jobId' | 'attempt'>,
  month: string,
): Promise<readonly ClaimCalls[]> => {
  const keyOf = ({ orderId, claim }: Pick<ClaimCalls, 'orderId' | 'claim'>): string => `${orderId} ${claim}`;
  const rows = new Map((await usage.ofAttempt(jobId, attempt)).map((row) => [keyOf(row), row]));
  for (const { orderId, tenantId, ended } of await orders.ofAttempt(jobId, attempt)) {
    if (!ended) continue;
    const { claim, calls } = ended;
    const row = rows.get(keyOf({ orderId, claim }));
    if (countOfCalls(row?.calls ?? noCalls) < countOfCalls(calls))
      rows.set(keyOf({ orderId, claim }), await usage.note({ orderId, claim, jobId, attempt, tenantId, month, calls }));
  }
  return [...rows.values()].filter(({ added = noCalls, calls }) => countOfCalls(added) < countOfCalls(calls));
};
