import type { HypervisorId, JobId, PlanId, RecoveryPointId, VmGroupId } from '../contracts/ids.ts';
import type { RestoreTarget, StartRestore } from '../contracts/job-requests.ts';
import type { Counters } from '../contracts/orders.ts';
import type { PlanFields, Purpose, Transport, VerifyDepth } from '../contracts/plans.ts';
import type { VolumeCounters, VolumeProgress } from './volume-progress.ts';

export type JobType = 'backup' | 'snapshot' | 'backup-copy' | 'restore';
export type JobState =
  | 'queued'
  | 'running'
  /** Every instance that is not done waits for an access node. */
  | 'waiting'
  | 'suspended'
  | 'cancelling'
  | 'completed'
  | 'completed with errors'
  | 'failed'
  | 'cancelled';

/** An attempt of it is queued or under way. A suspended job is neither open nor ended: it has no attempt. */
export const OPEN_STATES = ['queued', 'running', 'waiting', 'cancelling'] as const satisfies readonly JobState[];
export const isOpen = (state: JobState): boolean => (OPEN_STATES as readonly JobState[]).includes(state);
/** Of those, the ones that are not ending anyway. */
export const SUSPENDABLE_STATES = ['queued', 'running', 'waiting'] as const satisfies readonly JobState[];
export const isTerminal = (state: JobState): boolean => !isOpen(state) && state !== 'suspended';

export interface JobError {
  readonly name: string;
  readonly message: string;
  readonly tenantMessage?: string;
}

export interface Job {
  readonly jobId: JobId;
  readonly tenantId: HypervisorId;
  readonly type: JobType;
  readonly state: JobState;
  /** Counts from 1. A resumed or retried job goes on in a new attempt, with what is not done yet. */
  readonly attempt: number;
  /** What was asked for. */
  readonly request: JobRequest;
  readonly trigger: 'api' | 'schedule' | 'job';
  /** ARN of the principal that asked; of a scheduled job the plan's schedule. */
  readonly requestedBy: string;
  readonly createdAt: number;
  readonly startedAt?: number;
  /** When its newest attempt was asked for, ms since 1970; absent of the first. */
  readonly reopenedAt?: number;
  readonly endedAt?: number;
  /** The attempt whose end was told to whoever listens. */
  readonly endTold?: number;
  readonly cancelRequestedAt?: number;
  /** Its attempt is to stop with everything kept that a later attempt can go on from. */
  readonly suspendRequestedAt?: number;
  readonly executionArn?: string;
  readonly error?: JobError;
  /** Hash of the request that made it, where it came with an idempotency key. */
  readonly requestHash?: string;
  /** Action and idempotency key of the last cancellation, suspension, and resumption or retry that came with one. */
  readonly cancelledUnder?: string;
  readonly suspendedUnder?: string;
  readonly reopenedUnder?: string | undefined;
}

export type JobRequest = BackupRequest | SnapshotRequest | BackupCopyRequest | RestoreRequest;

/** What all kinds of job have in common. */
export interface JobTerms {
  /** How long an order may wait for an access node before the job fails with NoAccessNode. */
  readonly queueDeadlineSeconds: number;
  readonly purpose: Purpose;
  readonly transport: Transport;
  /** Instances at a time. */
  readonly streams: number;
  /** ms since 1970; stopped then. */
  readonly deadlineAt?: number;
  /** How long each attempt may take: a later one has as much time as the first. */
  readonly deadlineMs?: number;
  readonly planId?: PlanId;
  /** Of what goes to the library; absent: a sample. */
  readonly verify?: VerifyDepth;
}

/** Resolved when the job's first attempt opens; until then groups and plan stand for whatever they match by then. */
export interface Selection {
  readonly instanceIds: readonly string[];
  readonly groupIds: readonly VmGroupId[];
}

export interface BackupRequest extends JobTerms, Selection {
  readonly type: 'backup';
  /** `incremental` falls back to a full, volume by volume, where there is nothing to compare with. */
  readonly level: 'full' | 'incremental';
  readonly consistency: Consistency;
}

export interface SnapshotRequest extends JobTerms, Selection {
  readonly type: 'snapshot';
  readonly consistency: Consistency;
  readonly copyToRegion?: string;
  /** A backup copy of what this job takes is started as it ends. */
  readonly copyAtOnce: boolean;
}

export interface BackupCopyRequest extends JobTerms, Selection {
  readonly type: 'backup-copy';
  readonly recoveryPointIds: readonly RecoveryPointId[];
}

export interface RestoreRequest extends JobTerms {
  readonly type: 'restore';
  /**
   * The place that is restored from, as decided when the job was asked for; and once more as an attempt opens, if it is a
   * snapshot that is gone by then.
   */
  readonly recoveryPointId: RecoveryPointId;
  readonly target: RestoreTarget;
  /** O9, as decided. */
  readonly volumeTags: 'leave-out' | 'restore';
  /** What that was decided from. */
  readonly asked: {
    readonly from: StartRestore['from'];
    readonly volumeTags?: 'leave-out' | 'restore';
  };
  /** Why the data is not taken from the place that the records alone would have given. */
  readonly fromReason?: string;
  readonly kmsKeyId?: string;
}

export type Consistency = PlanFields['consistency'];

/** Parts of an instance's path while an attempt is under way; shown to users as they stand. */
export const GOING_PHASES = [
  'waiting',
  'taking snapshots',
  'waiting for snapshots',
  'planning',
  'waiting for an access node',
  'transferring',
  'finishing',
  'creating volumes',
  'replacing volumes',
  'launching',
] as const;
/** All but `done`. */
export const UNDONE_PHASES = [...GOING_PHASES, 'suspended', 'failed', 'cancelled'] as const;
export type InstancePhase =
  | (typeof GOING_PHASES)[number]
  /** Stopped with its job; a later attempt goes on with it. */
  | 'suspended'
  | 'done'
  | 'failed'
  | 'cancelled';

/** One instance within a job. */
export interface JobInstance {
  readonly jobId: JobId;
  readonly tenantId: HypervisorId;
  /** Of a restore: the instance that the recovery point is of. */
  readonly instanceId: string;
  readonly phase: InstancePhase;
  readonly phaseSince: number;
  /** Blocks that the orders of this attempt will read or write, known once planned. */
  readonly plannedBlocks?: number;
  readonly counters: Counters;
  /** What was counted when `transferStartedAt` was set: its pace is of what came after. */
  readonly countedBefore?: VolumeCounters;
  /** By volume, known once planned. */
  readonly progress?: Readonly<Record<string, VolumeProgress>>;
  readonly recoveryPointId?: RecoveryPointId;
  /** Of a backup copy: every copy that it has made of this instance, oldest first. */
  readonly recoveryPointIds?: readonly RecoveryPointId[];
  /** What the snapshots are: where `application` was asked for and not reached, why. */
  readonly consistency?: { readonly kind: 'crash' | 'application'; readonly reason?: string };
  /** Whose retention governs what this job makes of it: the job's plan, or that of the VM group that it was selected by. */
  readonly planId?: PlanId;
  /** Volumes that the VM group's filters leave out, and by which rule. */
  readonly excludedVolumes?: readonly { readonly volumeId: string; readonly rule: string }[];
  readonly error?: JobError;
  /** What is not as it could be, though the instance is done: core/domain/job-warning.ts. */
  readonly warnings?: readonly JobError[];
  readonly transferStartedAt?: number;
  readonly transferEndedAt?: number;
  /** Of a restore: what it made. */
  readonly result?: RestoreResult;
  /** Full or incremental, by volume, with the reason where it is not what was asked for. */
  readonly volumes?: readonly { volumeId: string; level: 'full' | 'incremental'; reason?: string }[];
}

export interface RestoreResult {
  /** The new instance, or the one that got the volumes; absent where volumes were restored by themselves. */
  readonly instanceId?: string;
  readonly volumes: readonly { readonly device: string; readonly volumeId: string; readonly sourceVolumeId: string }[];
  /** In place: what the instance had before, and whether it is still there. */
  readonly replacedVolumes?: readonly {
    readonly device: string;
    readonly volumeId: string;
    readonly kept: boolean;
    /** It was seen in use after that: nothing removes it any more. */
    readonly usedAgain?: true;
  }[];
  /** O9: tags of volumes that were not restored; `aws:` tags nobody can set are counted apart. */
  readonly volumeTagsLeftOut: number;
  readonly awsTagsLeftOut: number;
}
