/** What a job takes over from its plan, or has by itself. */
import { PlanFields } from '../contracts/plans.ts';
import type { BackupCopyRequest, BackupRequest, Consistency, JobTerms, SnapshotRequest } from './job.ts';
import type { Plan } from './plan.ts';

const MINUTE = 60_000;
/** Five days: what a job without a deadline of its plan's may take. */
const LONGEST_MINUTES = 7_200;
const QUEUE_DEADLINE_SECONDS = 3_600;

const streams = PlanFields.shape.streams.parse(undefined);

/** `now` is when the job is asked for, ms since 1970. */
export const jobTerms = (
  plan: Plan | undefined,
  now: number,
  queueDeadlineSeconds = QUEUE_DEADLINE_SECONDS,
  verify = plan?.verify,
): JobTerms => ({
  queueDeadlineSeconds,
  purpose: plan?.purpose ?? 'restore',
  transport: plan?.transport ?? 'ebs-direct',
  streams: plan?.streams ?? streams,
  deadlineAt: now + (plan?.deadlineMinutes ?? LONGEST_MINUTES) * MINUTE,
  deadlineMs: (plan?.deadlineMinutes ?? LONGEST_MINUTES) * MINUTE,
  ...(plan ? { planId: plan.planId } : {}),
  ...(verify ? { verify } : {}),
});

export const planConsistency = (plan: Plan | undefined): Consistency => plan?.consistency ?? { kind: 'crash' };

/** What a plan's schedules start: everything that it protects by then. */
export const scheduledRequest = (
  plan: Plan,
  action: 'backup' | 'copy',
  now: number,
): BackupRequest | SnapshotRequest | BackupCopyRequest => {
  const common = { ...jobTerms(plan, now), instanceIds: [], groupIds: [] };
  if (action === 'copy') return { type: 'backup-copy', ...common, recoveryPointIds: [] };
  if (plan.method === 'streaming') {
    return { type: 'backup', ...common, level: 'incremental', consistency: plan.consistency };
  }
  return {
    type: 'snapshot',
    ...common,
    consistency: plan.consistency,
    copyAtOnce: plan.copy.when === 'at-once',
    ...(plan.copyToRegion === undefined ? {} : { copyToRegion: plan.copyToRegion }),
  };
};
