import type { Job } from './job.ts';

/** What people ask for of a job that there is. */
export type JobAction = 'cancel' | 'suspend' | 'resume' | 'retry';

type Noted = 'cancelledUnder' | 'suspendedUnder' | 'reopenedUnder';
const NOTED = {
  cancel: 'cancelledUnder',
  suspend: 'suspendedUnder',
  resume: 'reopenedUnder',
  retry: 'reopenedUnder',
} as const satisfies Readonly<Record<JobAction, Noted>>;

/**
 * Whoever asks again under the same idempotency key may not have heard the answer, and the job may have gone on since: the
 * last request of its kind is noted with it, in the same write as what it changes.
 */
export const askedUnder = (action: JobAction, idempotencyKey: string | undefined): string | undefined =>
  idempotencyKey === undefined ? undefined : `${action} ${idempotencyKey}`;

/** Whether this very request was done to it before. Without a key, nobody can tell. */
export const isAskedAgain = (job: Job, action: JobAction, idempotencyKey: string | undefined): boolean =>
  idempotencyKey !== undefined && job[NOTED[action]] === askedUnder(action, idempotencyKey);
