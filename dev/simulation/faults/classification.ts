/**
 * What one fault of each kind may do to a job, written down from the product's own rules: adapters/aws/classify.ts,
 * ebs-classify.ts, s3-retry.ts, access-node/persist.ts, and Retry and Catch of the state machines.
 */
import type { FaultKind } from '../call.ts';

export type Expectation =
  | { readonly outcome: 'recovers' }
  /** The job ends with one of these names (or, where the step is tried again by something else, recovers). */
  | { readonly outcome: 'fails cleanly'; readonly names: readonly string[]; readonly orRecovers?: string }
  | { readonly outcome: 'not applicable'; readonly reason: string };

const recovers: Expectation = { outcome: 'recovers' };
const never = (reason: string): Expectation => ({ outcome: 'not applicable', reason });

/** Services whose answers are never older than the last write, or that answer no state. */
const NEVER_STALE: Readonly<Record<string, string>> = {
  dynamodb: 'every read asks for consistency (ConsistentRead)',
  s3: 'S3 is strongly consistent, lists included',
  sts: 'answers no state',
  kms: 'answers no state',
  lambda: 'answers no state',
  events: 'answers no state',
  sqs: 'answers no state; a message that comes twice is the row of duplicates',
  container: 'answers no state',
};

const READS = /:(Describe|Get|List)/;
/** Where a restore could go: looked at before anything is moved. */
const PLACES =
  'DescribeAvailabilityZones|DescribeInstanceTypeOfferings|DescribeKeyPairs|DescribeSecurityGroups|DescribeSubnets';
/** What is read of the tenant's own instance, or network, was written long before any job. */
const OF_OLD = new RegExp(`:(DescribeInstanceAttribute|DescribeInstanceTypes|GetInstanceUefiData|${PLACES})$`);
/** EBS takes a new snapshot's blocks "shortly after" StartSnapshot. */
const AFTER_START = /:(PutSnapshotBlock|CompleteSnapshot)$/;

const staleRead = (path: string, service: string): Expectation => {
  const reason = NEVER_STALE[service];
  if (reason) return never(reason);
  if (OF_OLD.test(path)) return never('nothing that a job does changes it');
  if (AFTER_START.test(path)) return recovers;
  if (service === 'ebs') return never('is read of completed snapshots only, which never change');
  return READS.test(path) ? recovers : never('is no read');
};

/** A backup does not fail for a setting that it may not read: it records the rest. A restore may leave its questions out. */
const LEFT_OUT = OF_OLD;
/** Who is refused once asks again, whatever the reason was: a queue's consumer, a cleanup. */
const ASKS_AGAIN = /^(node sqs:|\S+ states:DescribeExecution$|\S+ events:PutEvents$)/;

const fails = (names: readonly string[], orRecovers?: string): Expectation => ({
  outcome: 'fails cleanly',
  names,
  ...(orRecovers === undefined ? {} : { orRecovers }),
});

/**
 * No step waits for rights: a refusal ends its job. In the tenant's account it has our name, in our own accounts AWS's (a
 * fault of the deployment), unless whoever called is one that calls again.
 */
const refused = (path: string, service: string): Expectation => {
  if (LEFT_OUT.test(path) || ASKS_AGAIN.test(path)) return recovers;
  const again = 'persons, nodes and cleanups ask again';
  if (path.startsWith('node '))
    return fails(['TenantAccessLost', 'LibraryUnavailable', 'AccessDeniedException', 'AccessDenied'], again);
  // closing what is over is tried again by the cleanup
  if (service === 'ec2' || service === 'ebs') return fails(['TenantAccessLost'], CLOSES.test(path) ? again : undefined);
  // also where its machine may not close it: the cleanup does, under the name that the execution ended with
  return fails(['AccessDeniedException', 'AccessDenied', 'TenantAccessLost'], again);
};

const CLOSES = /:(Delete|Deregister|Terminate|Detach)/;

export const expectationOf = (path: string, kind: FaultKind): Expectation => {
  const service = path.slice(path.indexOf(' ') + 1, path.indexOf(':'));
  switch (kind) {
    case 'throttle':
    case 'error-5xx':
    case 'timeout-before':
    case 'timeout-after':
    case 'cut-page':
    case 'malformed-answer':
      return recovers;
    // Sessions are asked for anew by each step, and by nodes for each order: the next try has another.
    case 'expired-token':
      return service === 'container' ? never('is not signed: it is what tokens come from') : recovers;
    case 'stale-read':
      return staleRead(path, service);
    case 'access-denied':
      return service === 'container' ? never('is not signed') : refused(path, service);
  }
};
