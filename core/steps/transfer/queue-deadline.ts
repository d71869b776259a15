import type { Job } from '../../domain/job.ts';

/**
 * How long an order's task may go without a sign of life: it is the deadline for waiting in the queue and, once a node has
 * it, for its heartbeats and for its reappearing after that node died. So it is never less than six heartbeats.
 */
export const queueDeadline = (
  { queueDeadlineSeconds }: Pick<Job['request'], 'queueDeadlineSeconds'>,
  heartbeatSeconds: number,
): number => Math.max(queueDeadlineSeconds, 6 * heartbeatSeconds);
