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
import type { Job, JobError, JobInstance, JobRequest, RestoreResult } from './job.ts';
import type { Audience } from './problems.ts';
import { instanceProgress, volumeViews } from './progress-view.ts';
import type { RecoveryPoint } from './recovery-point.ts';
import { remedyFor } from './remedies.ts';
import { tenantErrorName, tenantMessageOf, tenantPhase, withoutServiceSide } from './tenant-words.ts';
import { defined, time } from './view-fields.ts';

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
        state: hypervisor.state,
        ...defined({
          nodeSubnets: hypervisor.nodeSubnets && [...hypervisor.nodeSubnets],
          libraryMaintenanceRoleArn: hypervisor.mediaAgent.maintenanceRoleArn,
          libraryLock: hypervisor.mediaAgent.lock,
          autoScalingGroupName: hypervisor.automaticNodes?.autoScalingGroupName,
          nodeControlRoleArn: hypervisor.nodeControlRoleArn,
        }),
      }
    : {
        ...(hypervisor.binding
          ? { boundTo: hypervisor.binding.serviceId, boundAt: time(hypervisor.binding.boundAt) }
          : {}),
        ...defined({
          removing: hypervisor.removing,
          approvals: hypervisor.approvals,
          revoked: hypervisor.revoked && {
            since: time(hypervisor.revoked.at),
            by: hypervisor.revoked.by,
            ...defined({ reason: hypervisor.revoked.reason }),
          },
        }),
      }),
});

export const tenantHypervisorView = (hypervisor: TenantHypervisor): TenantHypervisorView => ({
  hypervisorId: hypervisor.hypervisorId,
  name: hypervisor.name,
  accountId: hypervisor.accountId,
  region: hypervisor.region,
  authMethod: hypervisor.auth.method === 'access-key' ? 'access-key' : 'assume-role',
  usesServiceResources: hypervisor.binding !== undefined,
  ...defined({ approvals: hypervisor.approvals }),
  ...defined({ accessRevokedSince: hypervisor.revoked && time(hypervisor.revoked.at) }),
});

const errorView = (error: JobError, audience: Audience): JobErrorView => ({
  name: audience.kind === 'tenant' ? tenantErrorName(error.name) : error.name,
  message: audience.kind === 'tenant' ? tenantMessageOf(error, audience) : error.message,
  ...defined({ remedy: remedyFor(error.name, audience.kind) }),
});

/** Reasons are written by steps, for operators first. */
const reasonFor = (reason: string | undefined, audience: Audience): string | undefined =>
  reason === undefined || audience.kind === 'operator' ? reason : withoutServiceSide(reason, audience);

const consistencyView = (
  { kind, reason }: { readonly kind: 'crash' | 'application'; readonly reason?: string },
  audience: Audience,
) => ({ kind, ...defined({ reason: reasonFor(reason, audience) }) });

const resultView = ({ volumes, replacedVolumes, ...result }: RestoreResult) => ({
  ...result,
  volumes: volumes.map((volume) => ({ ...volume })),
  ...defined({ replacedVolumes: replacedVolumes?.map(({ device, volumeId, kept }) => ({ device, volumeId, kept })) }),
});

export const jobInstanceView = (instance: JobInstance, audience: Audience, now: number): JobInstanceView => ({
  instanceId: instance.instanceId,
  phase: audience.kind === 'tenant' ? tenantPhase(instance.phase) : instance.phase,
  phaseSince: time(instance.phaseSince),
  counters: instance.counters,
  ...instanceProgress(instance, now),
  ...defined({
    recoveryPointId: instance.recoveryPointId,
    recoveryPointIds: instance.recoveryPointIds && [...instance.recoveryPointIds],
    consistency: instance.consistency && consistencyView(instance.consistency, audience),
    excludedVolumes: instance.excludedVolumes?.map((volume) => ({ ...volume })),
    error: instance.error && errorView(instance.error, audience),
    warnings: instance.warnings?.map((warning) => errorView(warning, audience)),
    volumes: volumeViews(instance, now, (reason) => reasonFor(reason, audience)),
    result: instance.result && resultView(instance.result),
  }),
});

/** What all kinds of job show of their request. */
const termsView = ({ purpose, planId, verify, deadlineAt }: JobRequest) => ({
  purpose,
  ...defined({ planId, verify, deadlineAt: deadlineAt === undefined ? undefined : time(deadlineAt) }),
});

const requestView = (request: JobRequest): JobView['request'] => {
  const terms = termsView(request);
  if (request.type === 'restore') {
    const { recoveryPointId, target, volumeTags, fromReason } = request;
    return { ...terms, recoveryPointId, target, volumeTags, ...defined({ fromReason }) };
  }
  const selection = { instanceIds: [...request.instanceIds], groupIds: [...request.groupIds] };
  switch (request.type) {
    case 'backup':
      return { ...terms, ...selection, level: request.level, consistency: request.consistency.kind };
    case 'snapshot':
      return {
        ...terms,
        ...selection,
        consistency: request.consistency.kind,
        ...defined({ copyToRegion: request.copyToRegion }),
      };
    case 'backup-copy':
      return { ...terms, ...selection, recoveryPointIds: [...request.recoveryPointIds] };
  }
};

/** Where the Step Functions console shows an execution. */
const executionUrl = (executionArn: string): string | undefined => {
  const region = executionArn.split(':')[3];
  return (
    region &&
    `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${executionArn}`
  );
};

/** How many instances are in which phase. */
const summaryOf = (instances: readonly JobInstance[], audience: Audience): Record<string, number> => {
  const summary: Record<string, number> = {};
  for (const { phase } of instances) {
    const shown = audience.kind === 'tenant' ? tenantPhase(phase) : phase;
    summary[shown] = (summary[shown] ?? 0) + 1;
  }
  return summary;
};

const tenantJobView = (job: Job, instances: readonly JobInstance[] | undefined, audience: Audience): TenantJobView => ({
  jobId: job.jobId,
  type: job.type,
  state: job.state,
  attempt: job.attempt,
  trigger: job.trigger,
  request: requestView(job.request),
  createdAt: time(job.createdAt),
  ...(instances ? { summary: summaryOf(instances, audience) } : {}),
  ...defined({
    startedAt: job.startedAt === undefined ? undefined : time(job.startedAt),
    endedAt: job.endedAt === undefined ? undefined : time(job.endedAt),
    error: job.error && errorView(job.error, audience),
  }),
});

/** Of a list: the instances are counted. `instances` absent: not even that. */
export const listedJobView = (
  job: Job,
  instances: readonly JobInstance[] | undefined,
  audience: Audience,
): JobView => ({
  ...tenantJobView(job, instances, audience),
  ...(audience.kind === 'operator'
    ? defined({
        requestedBy: job.requestedBy,
        executionArn: job.executionArn,
        executionUrl: job.executionArn && executionUrl(job.executionArn),
        tenantId: job.tenantId,
        transport: job.request.transport,
      })
    : {}),
});

/** An answer of a function may have 6 MB, and an instance with many volumes takes some kilobytes of it. */
const MOST_INSTANCES = 1_000;
const firstOf = (instances: readonly JobInstance[]): readonly JobInstance[] => {
  if (instances.length <= MOST_INSTANCES) return instances;
  const rank = ({ phase }: JobInstance): number => (phase === 'failed' ? 0 : 1);
  return instances.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_INSTANCES);
};

/** A job by itself, with its instances. */
export const jobView = (job: Job, instances: readonly JobInstance[], audience: Audience, now: number): JobView => ({
  ...listedJobView(job, instances, audience),
  instances: firstOf(instances).map((instance) => jobInstanceView(instance, audience, now)),
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
  ...defined({
    instanceName: point.instance.name,
    verifiedAt: point.verification?.at,
    verified: point.verification && { depth: point.verification.depth, blocks: point.verification.blocks },
    planId: point.planId,
    copyOf: point.copyOf,
    copiedTo: point.copiedTo,
    consistency: point.consistency && consistencyView(point.consistency, audience),
    lockedUntil: point.lockedUntil === undefined ? undefined : time(point.lockedUntil),
    // who set it may be the provider
    legalHold: point.legalHold && { since: time(point.legalHold.since), reason: point.legalHold.reason },
    expiredAt: point.expiredAt === undefined ? undefined : time(point.expiredAt),
    regionCopy: point.regionCopy && {
      region: point.regionCopy.region,
      state: point.regionCopy.state,
      ...defined({ reason: reasonFor(point.regionCopy.reason, audience) }),
    },
  }),
});
