import type { HypervisorId, JobId } from '../contracts/ids.ts';

/**
 * Something that a job makes in a tenant account: recorded before it is made, so that whatever happens in between, the
 * cleanup knows what to look for. Everything is tagged at creation with `holdfast:operation` = effectId.
 */
export interface Effect {
  /** Deterministic: the same step run again has the same. Also the ClientToken where EC2 takes one. */
  readonly effectId: string;
  readonly jobId: JobId;
  readonly attempt: number;
  readonly tenantId: HypervisorId;
  readonly kind:
    | 'snapshots'
    | 'pending-snapshot'
    | 'region-copy'
    /** A command that made applications in the guest hold still: undone by the command that lets them go on. */
    | 'guest-command'
    | 'image'
    | 'instance'
    | 'volume'
    /** Volumes of an instance of the tenant's own are being replaced: undone by putting the old ones back. */
    | 'replaced-volumes'
    /** Volumes attached to an instance of the tenant's own: undone by detaching them. */
    | 'attached-volumes';
  /** Where it is, if not in the tenant hypervisor's own region. */
  readonly region?: string;
  /** Of `snapshots`: the instance's volumes, as they were before any was taken. Absent in records of earlier versions. */
  readonly volumeIds?: readonly string[];
  /** Of `replaced-volumes` and `attached-volumes`: what was where before. */
  readonly before?: AttachmentsBefore;
  /**
   * `intended` → `made` → `kept` (it is part of a committed result, or a later attempt has a record of it) or `undone`.
   * `suspended`: its attempt was, and left it for the next one to go on with.
   */
  readonly state: 'intended' | 'made' | 'suspended' | 'kept' | 'undone';
  readonly resourceIds: readonly string[];
  /** Volumes that were seen in use elsewhere after the job had ended: their owner's by now, and never removed. */
  readonly inUse?: readonly string[];
}

/** EC2's limits, in characters and in tags of one resource. */
export const LONGEST_TAG_VALUE = 256;
export const MOST_TAGS = 50;

/** Tags on everything that we make in a tenant account. */
export const TAG = {
  job: 'holdfast:job',
  attempt: 'holdfast:attempt',
  instance: 'holdfast:instance',
  /** The effect's id. */
  operation: 'holdfast:operation',
  /** On what a restore makes: the recovery point. */
  restore: 'holdfast:restore',
  /** On snapshots that are a recovery point themselves: only retention deletes them. */
  recoveryPoint: 'holdfast:recovery-point',
} as const;

/** On a volume of the tenant's own that a restore in place has taken off its instance: the restore's job. */
export const REPLACED_BY = 'holdfast:replaced-by';

/** How an instance of the tenant's own was before volumes of it were replaced or added. */
export interface AttachmentsBefore {
  readonly instanceId: string;
  /** EC2's own word: it is put back in this state. */
  readonly instanceState: string;
  /** Of `replaced-volumes`: that of the lease under which the instance is changed. */
  readonly fence?: number;
  readonly volumes: readonly {
    readonly device: string;
    /** Absent: nothing was at this device. */
    readonly volumeId?: string;
    readonly newVolumeId: string;
    readonly deleteOnTermination: boolean;
  }[];
}
