/**
 * What a tenant may read of an error. `tenantMessage` where its author wrote one; else the message, if errors of that
 * name speak about the tenant's own things only; else a sentence that names nothing of the service side. Whatever it
 * is, ids of the service side are taken out: AWS's own messages carry ARNs of the caller, which is the provider.
 */
import { jobError } from './job-error.ts';

/** What only a request is refused with: about the tenant's own request and things, in words that fit it. */
const OF_REQUESTS: ReadonlySet<string> = new Set([
  'InvalidRequest',
  'NotFound',
  'NotAllowed',
  'Conflict',
  'NotAvailable',
  'NotRecorded',
  'TooManyRequests',
  'CredentialsRejected',
]);

const PROVIDER = 'your provider';

/** Hides ids of the service side in a text: other accounts, their ARNs, queues, nodes, orders, and other hypervisors. */
export const withoutServiceSide = (text: string, own: { readonly accountId: string; readonly hypervisorId: string }) =>
  text
    .replace(/(https:\/\/sqs\.|s3:\/\/)[^\s"',)]+/g, PROVIDER)
    // an S3 bucket's ARN names no account; the only buckets in the game are the service side's
    .replace(/arn:[\w-]+:[\w-]*:[\w-]*:(\d{12}|):[^\s"',)]+/g, (arn, account) =>
      account === own.accountId ? arn : PROVIDER,
    )
    // not the last group of a UUID, which may be twelve digits too
    .replace(/(?<!\w)(?<![0-9a-f]{4}-)\d{12}(?!\w)/g, (account) => (account === own.accountId ? account : PROVIDER))
    .replace(/\bhv-[a-z0-9-]{8,44}/g, (id) => (id === own.hypervisorId ? id : PROVIDER))
    .replace(/\b(node|ord|lib)-[a-z0-9-]{8,44}/g, PROVIDER);

export const tenantMessageOf = (
  error: { readonly name: string; readonly message: string; readonly tenantMessage?: string | undefined },
  own: { readonly accountId: string; readonly hypervisorId: string },
): string =>
  withoutServiceSide(
    error.tenantMessage ??
      (OF_REQUESTS.has(error.name) ? error.message : (jobError(error.name, error.message).tenantMessage ?? '')),
    own,
  );

/** "waiting for an access node" is the service side's business. */
export const tenantPhase = (phase: string): string =>
  phase === 'waiting for an access node' ? 'waiting for capacity' : phase;

/** Errors whose very names speak of the service side, as a tenant reads them. */
const TENANT_NAMES: Readonly<Record<string, string>> = {
  NoAccessNode: 'NoCapacity',
  LibraryUnavailable: 'StorageUnavailable',
  LibraryFull: 'StorageFull',
};

export const tenantErrorName = (name: string): string => TENANT_NAMES[name] ?? name;
