import { noCalls } from '../../contracts/billed-calls.ts';
import { countOfCalls, furthestCalls, moreCalls, sumOfCalls } from '../../domain/billed-calls.ts';
import { TransientFailure } from '../../domain/errors.ts';
import type { ClaimCalls, MonthOfCalls, Usage } from '../../ports/usage.ts';
import { markOf, settleMarks } from './settle-marks.ts';

/** Each refusal means that another claim was added meanwhile. */
const MOST_TRIES = 200;
/**
 * Marks of others that a month may have when one is added. A mark takes some 200 bytes, an item of DynamoDB ends at
 * 400 KB, and whoever writes it pays for each KB. Seldom are so many added at the same moment: most are what crashes left.
 */
export const MOST_MARKS = 32;

/**
 * Adds what a claim has called to its tenant's month, once, however often and by how many this is done at the same time,
 * and wherever it stops. See docs/decisions/0013-calls-are-added-once.md. Errors: TransientFailure.
 */
export const addUsage = async (usage: Usage, claim: ClaimCalls, mostMarks: number = MOST_MARKS): Promise<void> => {
  const name = markOf(claim);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    // In this order: what is no longer marked in the month is on the claim's record by then.
    const seen = await usage.month(claim.tenantId, claim.month);
    const { calls, added = noCalls } = (await usage.get(claim)) ?? claim;
    const { [name]: mark, ...others } = seen?.adding ?? {};
    if (!mark && countOfCalls(added) === countOfCalls(calls)) return;
    const more = moreCalls(calls, furthestCalls(added, mark ?? noCalls));
    let now = seen;
    if (countOfCalls(more) > 0) {
      const { tenantId, month, jobId, attempt } = claim;
      const kept = Object.keys(others).length < mostMarks ? others : await settleMarks(usage, others);
      now = {
        tenantId,
        month,
        version: (seen?.version ?? 0) + 1,
        calls: sumOfCalls(seen?.calls ?? noCalls, more),
        adding: { ...kept, [name]: { ...calls, jobId, attempt } },
      };
      if (!(await usage.replaceMonth(now, seen?.version))) continue;
    }
    await usage.noteAdded(claim, calls);
    if (now) await removeMark(usage, claim, now, countOfCalls(calls));
    return;
  }
  throw new TransientFailure(`the calls of ${name} could not be added: its tenant's month changes all the time`);
};

/** One that stays, because this ended before, is of no harm: there is an end to how many do. */
const removeMark = async (usage: Usage, claim: ClaimCalls, first: MonthOfCalls, count: number): Promise<void> => {
  const name = markOf(claim);
  let month: MonthOfCalls | undefined = first;
  for (let tries = 0; tries < MOST_TRIES && month; tries++) {
    const { [name]: mark, ...adding } = month.adding;
    // of a later report: whoever adds that removes it
    if (!mark || countOfCalls(mark) !== count) return;
    if (await usage.replaceMonth({ ...month, version: month.version + 1, adding }, month.version)) return;
    month = await usage.month(claim.tenantId, claim.month);
  }
};
