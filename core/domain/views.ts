/** Records as the API shows them. An operator's view may show the service side, a tenant's never does (A5). */
import type {
  HypervisorView,
  JobErrorView,
  JobInstanceView,
  JobView,
  RecoveryPointView,
  TenantHypervisorView,
  TenantJobView,
} from '../contracts/api.ts';
import { BLOCK_BYTES } from '../contracts/ids.ts';
import type { LibraryRef } from '../contracts/orders.ts';
import type { Hypervisor, HypervisorAuth, TenantHypervisor } from './hypervisor.ts';
import type { BackupRequest, Job, JobError, JobInstance, RestoreRequest } from './job.ts';
import type { Audience } from './problems.ts';
import type { RecoveryPoint } from './recovery-point.ts';
import { remedyFor } from './remedies.ts';
import { tenantMessageOf, tenantPhase, withoutServiceSide } from './tenant-words.ts';

const time = (ms: number): string => new Date(ms).toISOString();

/** Leaves out what is undefined: absent is absent, in JSON and for exactOptionalPropertyTypes. */
type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;

const libraryName = (library: LibraryRef): string =>
  library.kind === 'disk' ? library.path : `s3://${library.bucket}${library.prefix ? `/${library.prefix}` : ''}`;

const authFields = (auth: HypervisorAuth) => {
  switch (auth.method) {
    case 'iam-role':
      return {};
    case 'assume-role':
      return { roleArn: auth.roleArn, externalId: auth.externalId };
    case 'access-key':
      return { accessKeyId: auth.accessKeyId };
  }
};

export const hypervisorView = (hypervisor: Hypervisor): HypervisorView => ({
  hypervisorId: hypervisor.hypervisorId,
  kind: hypervisor.kind,
  name: hypervisor.name,
  accountId: hypervisor.accountId,
  region: hypervisor.region,
  authMethod: hypervisor.auth.method,
  ...authFields(hypervisor.auth),
  createdAt: time(hypervisor.createdAt),
  ...(hypervisor.kind === 'service'
    ? {
        accessNodes: hypervisor.accessNodes,
        library: libraryName(hypervisor.mediaAgent.library),
        libraryId: hypervisor.mediaAgent.libraryId,
        libraryRoleArn: hypervisor.mediaAgent.roleArn,
        kmsKeyArn: hypervisor.mediaAgent.kmsKeyArn,
        queues: hypervisor.queues,
      }
    : hypervisor.binding
      ? { boundTo: hypervisor.binding.serviceId, boundAt: time(hypervisor.binding.boundAt) }
      : {}),
});

export const tenantHypervisorView = (hypervisor: TenantHypervisor): TenantHypervisorView => ({
  hypervisorId: hypervisor.hypervisorId,
  name: hypervisor.name,
  accountId: hypervisor.accountId,
  region: hypervisor.region,
  authMethod: hypervisor.auth.method === 'access-key' ? 'access-key' : 'assume-role',
  usesServiceResources: hypervisor.binding !== undefined,
});

const errorView = (error: JobError, audience: Audience): JobErrorView => ({
  name: error.name,
  message: audience.kind === 'tenant' ? tenantMessageOf(error, audience) : error.message,
  ...defined({ remedy: remedyFor(error.name, audience.kind) }),
});

/** Reasons are written by steps, for operators first. */
const reasonFor = (reason: string | undefined, audience: Audience): string | undefined =>
  reason === undefined || audience.kind === 'operator' ? reason : withoutServiceSide(reason, audience);

/** Bytes a second over the transfer so far, and the seconds that the rest takes at that rate. */
const progressOf = (instance: JobInstance, now: number): { rate?: number; secondsLeft?: number } => {
  const { transferStartedAt, transferEndedAt, plannedBlocks, counters } = instance;
  if (transferStartedAt === undefined) return {};
  const seconds = ((transferEndedAt ?? now) - transferStartedAt) / 1_000;
  if (seconds <= 0) return {};
  const rate = counters.bytes / seconds;
  if (transferEndedAt !== undefined || plannedBlocks === undefined || rate === 0) return { rate };
  return { rate, secondsLeft: Math.max(0, plannedBlocks * BLOCK_BYTES - counters.bytes) / rate };
};

export const jobInstanceView = (instance: JobInstance, audience: Audience, now: number): JobInstanceView => ({
  instanceId: instance.instanceId,
  phase: audience.kind === 'tenant' ? tenantPhase(instance.phase) : instance.phase,
  phaseSince: time(instance.phaseSince),
  counters: instance.counters,
  ...progressOf(instance, now),
  ...defined({
    plannedBytes: instance.plannedBlocks === undefined ? undefined : instance.plannedBlocks * BLOCK_BYTES,
    recoveryPointId: instance.recoveryPointId,
    error: instance.error && errorView(instance.error, audience),
    volumes: instance.volumes?.map(({ volumeId, level, reason }) => ({
      volumeId,
      level,
      ...defined({ reason: reasonFor(reason, audience) }),
    })),
    result: instance.result && {
      ...instance.result,
      volumes: instance.result.volumes.map((volume) => ({ ...volume })),
    },
  }),
});

const requestView = (request: BackupRequest | RestoreRequest): JobView['request'] =>
  'instanceIds' in request
    ? { instanceIds: [...request.instanceIds], level: request.level }
    : { recoveryPointId: request.recoveryPointId, volumeTags: request.volumeTags };

export const tenantJobView = (
  job: Job,
  instances: readonly JobInstance[] | undefined,
  audience: Audience,
  now: number,
): TenantJobView => ({
  jobId: job.jobId,
  type: job.type,
  state: job.state,
  attempt: job.attempt,
  trigger: job.trigger,
  request: requestView(job.request),
  createdAt: time(job.createdAt),
  ...defined({
    startedAt: job.startedAt === undefined ? undefined : time(job.startedAt),
    endedAt: job.endedAt === undefined ? undefined : time(job.endedAt),
    error: job.error && errorView(job.error, audience),
    instances: instances?.map((instance) => jobInstanceView(instance, audience, now)),
  }),
});

/** `instances` only where one job is shown by itself. */
export const jobView = (
  job: Job,
  instances: readonly JobInstance[] | undefined,
  audience: Audience,
  now: number,
): JobView => ({
  ...tenantJobView(job, instances, audience, now),
  ...(audience.kind === 'operator' ? defined({ requestedBy: job.requestedBy, executionArn: job.executionArn }) : {}),
});

export const recoveryPointView = (point: RecoveryPoint, audience: Audience): RecoveryPointView => ({
  recoveryPointId: point.recoveryPointId,
  instanceId: point.instanceId,
  kind: point.kind,
  state: point.state,
  takenAt: time(point.takenAt),
  jobId: point.jobId,
  volumes: point.volumes.map((volume) => ({
    volumeId: volume.volumeId,
    device: volume.device,
    sizeBytes: volume.sizeBytes,
    dataBytes: volume.dataBlocks * BLOCK_BYTES,
    level: volume.level,
    ...defined({ reason: reasonFor(volume.levelReason, audience) }),
  })),
  ...defined({ instanceName: point.instance.name, verifiedAt: point.verification?.at }),
});
