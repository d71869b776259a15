import type { CaughtError } from '../contracts/steps.ts';
import type { JobError } from './job.ts';

/**
 * What a tenant reads of an error whose own message may name the service side. Errors that are about the tenant's own
 * account or instance (its message is about nothing else) are not in this table.
 */
const FOR_TENANTS: Readonly<Record<string, string>> = {
  TenantAccessLost:
    'The role (or key) that your account gave your provider does not work any more, or lacks a permission. Compare it with what you were given to set up.',
  NoAccessNode: 'Nothing was free to move the data before the job’s deadline. Your provider has to look at it.',
  OrderQuarantined: 'A part of the data could not be moved, several times over. Your provider has to look at it.',
  LibraryUnavailable: 'The backup storage could not be opened. Your provider has to look at it.',
  LibraryPruned: 'The backup took so long that its storage was tidied up meanwhile. Start it again.',
  LibraryFull: 'The backup storage is full. Your provider has to look at it.',
  CorruptObject: 'Backup data that this needs is damaged. Your provider has to look at it.',
  MissingObject: 'Backup data that this needs is missing. Your provider has to look at it.',
  ChecksumMismatch:
    'Data did not arrive as it was sent, several times over. Try again; if it stays, tell your provider.',
  TransientFailure: 'AWS did not answer as it should, several times over. Try again later.',
  AccountAtLimit: 'AWS took no more of this from your account, for hours. Try again later.',
  TenantNotBound:
    'Your account is not connected to your provider’s resources yet. Your provider has to finish the set-up.',
  RuleViolated:
    'The rules about whose resources may be used do not allow this as it is set up. Your provider has to look at it.',
  NotAvailable: 'This is not available yet.',
  FenceRaised: 'Another job has taken this instance over.',
};

/** Names whose messages speak of the tenant's own things only. */
const OWN_MESSAGE = new Set([
  'InstanceNotFound',
  'InstanceBusy',
  'SnapshotFailed',
  'RecoveryPointUnavailable',
  'JobCancelled',
  'LaunchFailed',
  'VolumeFailed',
  'PlatformLost',
  'DeadlineExceeded',
  'UnrelatedSnapshots',
]);
const FALLBACK = 'The job failed inside the service. Your provider has to look at it.';

export const jobError = (name: string, message: string, tenantMessage?: string): JobError => ({
  name,
  message,
  tenantMessage: tenantMessage ?? FOR_TENANTS[name] ?? (OWN_MESSAGE.has(name) ? message : FALLBACK),
});

/** A Lambda's failure arrives as JSON in the cause; a node's and Step Functions' own as text. */
export const jobErrorOfCaught = (caught: CaughtError): JobError => {
  const cause = caught.Cause ?? '';
  let message = cause;
  try {
    const parsed: unknown = JSON.parse(cause);
    if (parsed && typeof parsed === 'object' && 'errorMessage' in parsed) message = String(parsed.errorMessage);
  } catch {
    // Not JSON: a plain sentence.
  }
  return jobError(caught.Error ?? 'Error', message);
};
