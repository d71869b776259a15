import { noCalls } from '../../contracts/billed-calls.ts';
import { countOfCalls, furthestCalls, moreCalls, sumOfCalls } from '../../domain/billed-calls.ts';
import { TransientFailure } from '../../domain/errors.ts';
import type { ClaimCalls, ClaimOfOrder, MonthOfCalls, Usage } from '../../ports/usage.ts';

/** Each refusal means that another claim was added meanwhile. */
const MOST_TRIES = 200;

const markOf = ({ orderId, claim }: ClaimOfOrder): string => `${orderId}#${claim}`;

/**
 * Adds what a claim has called to its tenant's month, once, however often and by how many this is done at the same time,
 * and wherever it stops. See docs/decisions/0013-calls-are-added-once.md. Errors: TransientFailure.
 */
export const addUsage = async (usage: Usage, claim: ClaimCalls): Promise<void> => {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    // In this order: what is no longer marked in the month is on the claim's record by then.
    const seen = await usage.month(claim.tenantId, claim.month);
    const { calls, added = noCalls } = (await usage.get(claim)) ?? claim;
    const mark = seen?.adding[markOf(claim)];
    if (!mark && countOfCalls(added) === countOfCalls(calls)) return;
    const more = moreCalls(calls, furthestCalls(added, mark ?? noCalls));
    let now = seen;
    if (countOfCalls(more) > 0) {
      const { tenantId, month } = claim;
      now = {
        tenantId,
        month,
        version: (seen?.version ?? 0) + 1,
        calls: sumOfCalls(seen?.calls ?? noCalls, more),
        adding: { ...seen?.adding, [markOf(claim)]: calls },
      };
      if (!(await usage.replaceMonth(now, seen?.version))) continue;
    }
    await usage.noteAdded(claim, calls);
    if (now) await removeMark(usage, claim, now, countOfCalls(calls));
    return;
  }
  throw new TransientFailure(
    `the calls of ${markOf(claim)} could not be added: its tenant's month changes all the time`,
  );
};

/** One that stays, because this ended before, is of no harm; but all that stay lengthen the month's item, which has an end. */
const removeMark = async (usage: Usage, claim: ClaimCalls, first: MonthOfCalls, count: number): Promise<void> => {
  const name = markOf(claim);
  let month: MonthOfCalls | undefined = first;
  for (let tries = 0; tries < MOST_TRIES && month; tries++) {
    const mark = month.adding[name];
    // of a later report: whoever adds that removes it
    if (!mark || countOfCalls(mark) !== count) return;
    const adding = Object.fromEntries(Object.entries(month.adding).filter(([other]) => other !== name));
    if (await usage.replaceMonth({ ...month, version: month.version + 1, adding }, month.version)) return;
    month = await usage.month(claim.tenantId, claim.month);
  }
};

/** Whatever of an attempt's orders is not in their tenant's month yet: a node or a broker ended before it was. */
export const addUsageOfAttempt = async (
  usage: Usage,
  { jobId, attempt }: Pick<ClaimOfOrder, 'jobId' | 'attempt'>,
): Promise<void> => {
  for (const claim of await usage.ofAttempt(jobId, attempt))
    if (countOfCalls(claim.added ?? noCalls) < countOfCalls(claim.calls)) await addUsage(usage, claim);
};
