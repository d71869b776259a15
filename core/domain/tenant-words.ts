/**
 * What a tenant may read of an error. `tenantMessage` where its author wrote one; else the message, if errors of that
 * name speak about the tenant's own things only; else a sentence that names nothing of the service side. Whatever it
 * is, ids of the service side are taken out: AWS's own messages carry ARNs of the caller, which is the provider.
 */

/** Errors whose message is about the tenant's own account, request or instance. */
const ABOUT_THE_TENANT: ReadonlySet<string> = new Set([
  'InvalidRequest',
  'NotFound',
  'NotAllowed',
  'Conflict',
  'NotAvailable',
  'CredentialsRejected',
  'TenantAccessLost',
  'InstanceNotFound',
  'InstanceBusy',
  'SnapshotFailed',
  'UnrelatedSnapshots',
  'RecoveryPointUnavailable',
  'LaunchFailed',
  'JobCancelled',
]);

const SENTENCES: Readonly<Record<string, string>> = {
  TenantNotBound:
    'Your account is not connected to your provider’s resources yet. Your provider has to finish the set-up.',
  NoAccessNode: 'Your provider had no capacity for this job in time.',
  FenceRaised: 'Another attempt took this job over.',
  ChecksumMismatch: 'Data did not arrive as it was sent. Nothing wrong was kept.',
  CorruptObject: 'Part of the backup data is damaged. Your provider has been told.',
  MissingObject: 'Part of the backup data is missing. Your provider has been told.',
  LibraryUnavailable: 'Your provider’s backup storage cannot be reached.',
  LibraryFull: 'Your provider’s backup storage is full.',
  TransientFailure: 'AWS did not answer in time.',
};

const PROVIDER = 'your provider';
const OTHER = 'Something failed on your provider’s side.';

/** Hides ids of the service side in a text: other accounts, their ARNs, queues, nodes, orders, and other hypervisors. */
export const withoutServiceSide = (text: string, own: { readonly accountId: string; readonly hypervisorId: string }) =>
  text
    .replace(/(https:\/\/sqs\.|s3:\/\/)[^\s"',)]+/g, PROVIDER)
    // an S3 bucket's ARN names no account; the only buckets in the game are the service side's
    .replace(/arn:[\w-]+:[\w-]*:[\w-]*:(\d{12}|):[^\s"',)]+/g, (arn, account) =>
      account === own.accountId ? arn : PROVIDER,
    )
    // not the last group of a UUID, which may be twelve digits too
    .replace(/(?<![\w-])\d{12}(?![\w-])/g, (account) => (account === own.accountId ? account : PROVIDER))
    .replace(/\bhv-[a-z0-9-]{8,44}/g, (id) => (id === own.hypervisorId ? id : PROVIDER))
    .replace(/\b(node|ord|lib)-[a-z0-9-]{8,44}/g, PROVIDER);

export const tenantMessageOf = (
  error: { readonly name: string; readonly message: string; readonly tenantMessage?: string | undefined },
  own: { readonly accountId: string; readonly hypervisorId: string },
): string =>
  withoutServiceSide(
    error.tenantMessage ?? (ABOUT_THE_TENANT.has(error.name) ? error.message : (SENTENCES[error.name] ?? OTHER)),
    own,
  );

/** "waiting for an access node" is the service side's business. */
export const tenantPhase = (phase: string): string =>
  phase === 'waiting for an access node' ? 'waiting for capacity' : phase;
