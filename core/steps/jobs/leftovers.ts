import { isOpen, type Job } from '../../domain/job.ts';

/**
 * What becomes of what an attempt has not finished. `keep`: it is to be suspended, and what a later attempt can go on from
 * is marked now. `leave`: what was marked is a later attempt's to decide about; the rest goes. `remove`: all of it goes,
 * also what earlier attempts had marked.
 */
export type Leftovers = 'keep' | 'leave' | 'remove';

export const isToBeSuspended = ({ state, suspendRequestedAt, cancelRequestedAt }: Job): boolean =>
  isOpen(state) && suspendRequestedAt !== undefined && cancelRequestedAt === undefined;

/** Nobody can go on with a job before it says that it is suspended: until then nothing that is marked is in use. */
export const leftoversOf = (job: Job, attempt: number): Leftovers => {
  if (job.attempt !== attempt || job.state === 'suspended') return 'leave';
  return isToBeSuspended(job) ? 'keep' : 'remove';
};
