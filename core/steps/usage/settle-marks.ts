import { noCalls } from '../../contracts/billed-calls.ts';
import { countOfCalls } from '../../domain/billed-calls.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { ClaimOfOrder, Mark, Usage } from '../../ports/usage.ts';

/** Reads, and seldom writes, of rows of their own. */
const AT_ONCE = 8;

export const markOf = ({ orderId, claim }: ClaimOfOrder): string => `${orderId}#${claim}`;

/**
 * The marks of a month, as it was just read, that have to stay in it: of all others the claims' rows say by now what is in
 * the sum, since what its adder has not come to is done for it here. Whoever then replaces the month, as it was read,
 * may leave those out. A mark whose row is not to be found stays.
 */
export const settleMarks = async (
  usage: Usage,
  marks: Readonly<Record<string, Mark>>,
): Promise<Readonly<Record<string, Mark>>> => {
  const left = await inParallel(Object.entries(marks), AT_ONCE, async ([name, mark]) => {
    const { jobId, attempt, ...calls } = mark;
    if (jobId === undefined || attempt === undefined) return [[name, mark] as const];
    const [orderId = '', claim] = name.split('#');
    const marked = { orderId, claim: Number(claim), jobId, attempt };
    const row = await usage.get(marked);
    if (!row) return [[name, mark] as const];
    if (countOfCalls(row.added ?? noCalls) < countOfCalls(calls)) await usage.noteAdded(marked, calls);
    return [];
  });
  return Object.fromEntries(left.flat());
};
