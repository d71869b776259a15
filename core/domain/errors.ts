/**
 * Every error that a step, a node or a route may end with, by name. State machines retry and catch by these names
 * (a test holds both lists against each other), so a class's name is a contract: rename it there and here at once.
 *
 * `message` is for operators; `tenantMessage`, where it differs, is what a tenant may read: no service-side setting.
 */
export interface ErrorDetail {
  /** The field of the request that is wrong, as the caller wrote it. */
  readonly field?: string;
  /** What to do about it. */
  readonly remedy?: string;
  readonly tenantMessage?: string;
  readonly cause?: unknown;
}

export abstract class HoldfastError extends Error {
  readonly field: string | undefined;
  readonly remedy: string | undefined;
  readonly tenantMessage: string | undefined;
  /** HTTP status at the API. */
  readonly status: number = 500;

  constructor(message: string, detail: ErrorDetail = {}) {
    super(message, { cause: detail.cause });
    this.field = detail.field;
    this.remedy = detail.remedy;
    this.tenantMessage = detail.tenantMessage;
  }
}

// — What a request may be refused with (API only) —

export class InvalidRequest extends HoldfastError {
  override readonly name = 'InvalidRequest';
  override readonly status = 400;
}
/** Absent, or another tenant's: the two are never told apart. */
export class NotFound extends HoldfastError {
  override readonly name = 'NotFound';
  override readonly status = 404;
}
export class NotAllowed extends HoldfastError {
  override readonly name = 'NotAllowed';
  override readonly status = 403;
}
export class Conflict extends HoldfastError {
  override readonly name = 'Conflict';
  override readonly status = 409;
}
/** Allowed by the rules, not built yet: refused before anything is done. */
export class NotAvailable extends HoldfastError {
  override readonly name = 'NotAvailable';
  override readonly status = 501;
}
/** More than one tenant may have done at a time: nothing was done. */
export class TooManyRequests extends HoldfastError {
  override readonly name = 'TooManyRequests';
  override readonly status = 429;
}
/** It takes something away, and cannot be recorded in the audit log: nothing was done. */
export class NotRecorded extends HoldfastError {
  override readonly name = 'NotRecorded';
  override readonly status = 503;
}
/** The credentials of a hypervisor do not work, or belong to another account. */
export class CredentialsRejected extends HoldfastError {
  override readonly name = 'CredentialsRejected';
  override readonly status = 422;
}

// — What a job may fail with —

export class TenantNotBound extends HoldfastError {
  override readonly name = 'TenantNotBound';
  override readonly status = 409;
}
export class TenantAccessLost extends HoldfastError {
  override readonly name = 'TenantAccessLost';
}
export class InstanceNotFound extends HoldfastError {
  override readonly name = 'InstanceNotFound';
  override readonly status = 404;
}
/** Another job holds the instance. */
export class InstanceBusy extends HoldfastError {
  override readonly name = 'InstanceBusy';
  override readonly status = 409;
}
export class SnapshotFailed extends HoldfastError {
  override readonly name = 'SnapshotFailed';
}
/** EBS keeps no lineage between the two snapshots: the volume needs a full backup. */
export class UnrelatedSnapshots extends HoldfastError {
  override readonly name = 'UnrelatedSnapshots';
}
export class RecoveryPointUnavailable extends HoldfastError {
  override readonly name = 'RecoveryPointUnavailable';
  override readonly status = 409;
}
/** No access node took the order before its deadline. */
export class NoAccessNode extends HoldfastError {
  override readonly name = 'NoAccessNode';
}
/** Access nodes died with the order, one after the other: nobody gets it any more until an operator has looked at it. */
export class OrderQuarantined extends HoldfastError {
  override readonly name = 'OrderQuarantined';
}
/** The attempt lost its hold on the instance: what it made must not be committed. */
export class FenceRaised extends HoldfastError {
  override readonly name = 'FenceRaised';
}
export class JobCancelled extends HoldfastError {
  override readonly name = 'JobCancelled';
}
export class LaunchFailed extends HoldfastError {
  override readonly name = 'LaunchFailed';
}
/** A block did not have the checksum that EBS or the library recorded for it. */
export class ChecksumMismatch extends HoldfastError {
  override readonly name = 'ChecksumMismatch';
}
/** A library object is damaged; the message names the object and the check that failed. */
export class CorruptObject extends HoldfastError {
  override readonly name = 'CorruptObject';
}
export class MissingObject extends HoldfastError {
  override readonly name = 'MissingObject';
}
/** The library cannot be opened: wrong key, unknown format, no access. */
export class LibraryUnavailable extends HoldfastError {
  override readonly name = 'LibraryUnavailable';
}
export class LibraryFull extends HoldfastError {
  override readonly name = 'LibraryFull';
}

/** Another library run is changing the tenant's library. */
export class LibraryBusy extends HoldfastError {
  override readonly name = 'LibraryBusy';
  override readonly status = 409;
}
/** What recovery points refer to cannot be told because of damage, so that nothing may be deleted. */
export class LibraryDamaged extends HoldfastError {
  override readonly name = 'LibraryDamaged';
}
/** The library was pruned while the attempt ran: what it built on may be gone, so that it must not be committed. */
export class LibraryPruned extends HoldfastError {
  override readonly name = 'LibraryPruned';
}

/** The job did not end by its plan's deadline. */
export class DeadlineExceeded extends HoldfastError {
  override readonly name = 'DeadlineExceeded';
}
/** O6–O8, or another rule about whose resources may be used: the message names the rule's reason. */
export class RuleViolated extends HoldfastError {
  override readonly name = 'RuleViolated';
  override readonly status = 409;
}
/** Volumes could not be made, attached or detached in the tenant account. */
export class VolumeFailed extends HoldfastError {
  override readonly name = 'VolumeFailed';
}
/** The restored instance does not run under the platform (licence) that it had. */
export class PlatformLost extends HoldfastError {
  override readonly name = 'PlatformLost';
}

// — What is worth another try —

/** Throttled, timed out or failed on AWS's side: the state machine tries again with backoff. */
export class TransientFailure extends HoldfastError {
  override readonly name: 'TransientFailure' | 'AccountAtLimit' = 'TransientFailure';
  override readonly status = 503;
}

/** AWS takes no more of this from the account at the moment (its rate, its pending snapshots): the job waits for it. */
export class AccountAtLimit extends TransientFailure {
  override readonly name = 'AccountAtLimit';
}
