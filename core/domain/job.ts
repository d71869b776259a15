import type { HypervisorId, JobId, RecoveryPointId } from '../contracts/ids.ts';
import type { Counters } from '../contracts/orders.ts';

export type JobType = 'backup' | 'restore';
export type JobState =
  | 'queued'
  | 'running'
  | 'cancelling'
  | 'completed'
  | 'completed with errors'
  | 'failed'
  | 'cancelled';

export const isTerminal = (state: JobState): boolean => !['queued', 'running', 'cancelling'].includes(state);

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
  readonly attempt: number;
  /** What was asked for. */
  readonly request: BackupRequest | RestoreRequest;
  readonly trigger: 'api' | 'schedule';
  /** ARN of the principal that asked. */
  readonly requestedBy: string;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly cancelRequestedAt?: number;
  readonly executionArn?: string;
  readonly error?: JobError;
}

export interface BackupRequest {
  readonly instanceIds: readonly string[];
  /** `incremental` falls back to a full, volume by volume, where there is nothing to compare with. */
  readonly level: 'full' | 'incremental';
  /** How long an order may wait for an access node before the job fails with NoAccessNode. */
  readonly queueDeadlineSeconds: number;
}

export interface RestoreRequest {
  readonly recoveryPointId: RecoveryPointId;
  /** Name tag of the new instance; the old one's with "-restored" if absent. */
  readonly name?: string;
  readonly instanceType?: string;
  readonly subnetId?: string;
  readonly securityGroupIds?: readonly string[];
  readonly keyName?: string;
  readonly availabilityZone?: string;
  /** O9: leave out (default) or restore the tags of volumes. */
  readonly volumeTags: 'leave-out' | 'restore';
  readonly queueDeadlineSeconds: number;
}

/** Which part of its path an instance is at; shown to users as it stands. */
export type InstancePhase =
  | 'waiting'
  | 'taking snapshots'
  | 'waiting for snapshots'
  | 'planning'
  | 'waiting for an access node'
  | 'transferring'
  | 'finishing'
  | 'launching'
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
  readonly recoveryPointId?: RecoveryPointId;
  readonly error?: JobError;
  readonly transferStartedAt?: number;
  readonly transferEndedAt?: number;
  /** Of a restore: what it made. */
  readonly result?: RestoreResult;
  /** Full or incremental, by volume, with the reason where it is not what was asked for. */
  readonly volumes?: readonly { volumeId: string; level: 'full' | 'incremental'; reason?: string }[];
}

export interface RestoreResult {
  readonly instanceId: string;
  readonly volumes: readonly { readonly device: string; readonly volumeId: string; readonly sourceVolumeId: string }[];
  /** O9: tags of volumes that were not restored; `aws:` tags nobody can set are counted apart. */
  readonly volumeTagsLeftOut: number;
  readonly awsTagsLeftOut: number;
}
