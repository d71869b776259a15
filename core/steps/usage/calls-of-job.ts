import { type BilledCalls, noCalls } from '../../contracts/billed-calls.ts';
import { sumOfCalls } from '../../domain/billed-calls.ts';
import type { Job } from '../../domain/job.ts';
import type { Usage } from '../../ports/usage.ts';

/** What the orders of all its attempts have called, as they have said so far: a row for each claim of an order. */
export const callsOfJob = async (
  usage: Pick<Usage, 'ofAttempt'>,
  { jobId, attempt: last }: Pick<Job, 'jobId' | 'attempt'>,
): Promise<BilledCalls> => {
  let sum = noCalls;
  for (let attempt = 1; attempt <= last; attempt++)
    for (const { calls } of await usage.ofAttempt(jobId, attempt)) sum = sumOfCalls(sum, calls);
  return sum;
};
