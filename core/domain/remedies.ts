/** What to do about an error that a job ended with, by its name: for whoever runs the service, and for the tenant. */

interface Remedy {
  readonly operator: string;
  readonly tenant: string;
}

const ASK = 'Ask your provider.';
const AGAIN = 'Start the job again.';

/** Of one point: those before it, and other instances', may be whole. */
const LOST_BLOCKS: Remedy = {
  operator:
    'Check the library, and take a full backup of the instance. To restore now, choose another recovery point of it.',
  tenant: 'To restore now, choose another recovery point. Ask your provider.',
};

/** In an account of the service's own. */
const DENIED: Remedy = {
  operator:
    'Look for what denies the action that the message names: a changed role, a boundary, an SCP. Then deploy again.',
  tenant: ASK,
};

const REMEDIES: Readonly<Record<string, Remedy>> = {
  TenantNotBound: { operator: 'Bind the tenant: holdfast hypervisor bind', tenant: ASK },
  TenantAccessLost: {
    operator: 'Have the tenant check its role: trust policy, ExternalId and permissions.',
    tenant: 'Check the role that your provider uses: its trust policy, ExternalId and permissions.',
  },
  InstanceNotFound: {
    operator: 'Check the instance id and the hypervisor’s region.',
    tenant: 'Check the instance id and its region.',
  },
  InstanceBusy: { operator: 'Wait for the other job, or cancel it.', tenant: 'Wait for the other job, or cancel it.' },
  SnapshotFailed: { operator: 'Look at the volumes in the EC2 console, then start the job again.', tenant: AGAIN },
  RecoveryPointUnavailable: { operator: 'Choose another recovery point.', tenant: 'Choose another recovery point.' },
  AccessDenied: DENIED,
  AccessDeniedException: DENIED,
  NoAccessNode: {
    operator: 'Start an access node for this service hypervisor, or raise the queue deadline.',
    tenant: 'Start the job again later, or ask your provider.',
  },
  OrderQuarantined: {
    operator: 'Look at the order and at its nodes’ memory and logs (holdfast quarantine show), then release it.',
    tenant: ASK,
  },
  FenceRaised: { operator: 'Look at the newer attempt.', tenant: AGAIN },
  JobStopped: {
    operator: 'Find out who stopped the job’s execution (Step Functions, CloudTrail), then start the job again.',
    tenant: AGAIN,
  },
  JobCancelled: { operator: 'Start it again if it was not meant.', tenant: 'Start it again if it was not meant.' },
  LaunchFailed: {
    operator: 'Give a subnet, security groups or an instance type that the tenant account has.',
    tenant: 'Give a subnet, security groups or an instance type that your account has.',
  },
  VolumeFailed: {
    operator: 'Look at the volumes in the EC2 console of the tenant account, then start the job again.',
    tenant: 'Look at the volumes in the EC2 console of your account, then start the job again.',
  },
  SettingsNotRead: {
    operator: 'Have the tenant allow what reads them: holdfast permissions print names it (BackupRecordsSettings).',
    tenant: 'Allow your provider’s role to read them: holdfast permissions print names it (BackupRecordsSettings).',
  },
  PlatformLost: {
    operator: 'Name an image of the same platform to launch from (donor image), and restore again.',
    tenant: 'Name an image of the same platform to launch from (donor image), and restore again.',
  },
  DeadlineExceeded: {
    operator: 'Retry the job for what is not done, or give its plan a later deadline.',
    tenant: 'Retry the job for what is not done, or give its plan a later deadline.',
  },
  RuleViolated: { operator: 'Look at the rule that the message names.', tenant: ASK },
  TooManyRequests: { operator: 'Wait a minute and try again.', tenant: 'Wait a minute and try again.' },
  NotRecorded: { operator: 'Try again in a while.', tenant: 'Try again in a while.' },
  NotAvailable: { operator: 'Choose what is available.', tenant: ASK },
  ChecksumMismatch: { operator: 'Start the job again; if it stays, check the library.', tenant: AGAIN },
  CorruptObject: LOST_BLOCKS,
  MissingObject: LOST_BLOCKS,
  LibraryUnavailable: { operator: 'Check the library’s bucket, key and role.', tenant: ASK },
  LibraryFull: { operator: 'Make room in the library.', tenant: ASK },
  LibraryBusy: { operator: 'Wait for the other run, or cancel it: holdfast library runs', tenant: ASK },
  LibraryDamaged: {
    operator: 'Check the library, put back what is missing, repair the rest, then prune: holdfast library check',
    tenant: ASK,
  },
  LibraryPruned: { operator: 'Retry the job: it begins anew.', tenant: AGAIN },
  AccountAtLimit: {
    operator: 'Spread the schedules of this account’s plans, or have AWS raise the quota that the message names.',
    tenant: 'Have AWS raise the quota that the message names, or start the job again later.',
  },
  TransientFailure: { operator: AGAIN, tenant: AGAIN },
};

export const remedyFor = (name: string, audience: 'operator' | 'tenant'): string | undefined =>
  REMEDIES[name]?.[audience];
