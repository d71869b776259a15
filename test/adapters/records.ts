/** Whole records of every kind, for two tenants A and B. */
import { randomUUID } from 'node:crypto';
import { noCounters, type OrderOutcome } from '../../core/contracts/orders.ts';
import type { AccessNode } from '../../core/domain/access-node.ts';
import type { Effect } from '../../core/domain/effect.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Invitation } from '../../core/domain/invitation.ts';
import type { Job, JobInstance } from '../../core/domain/job.ts';
import type { Order } from '../../core/domain/order.ts';
import type { Plan } from '../../core/domain/plan.ts';
import type { RecoveryPoint, RecoveryPointVolume } from '../../core/domain/recovery-point.ts';
import type { VmGroup } from '../../core/domain/vm-group.ts';

export const freshId = (prefix: string): string => `${prefix}-${randomUUID()}`;

export const A = freshId('hv');
export const B = freshId('hv');

export const anInvitation = (accountId: string, externalId: string): Invitation => ({
  accountId,
  name: 'acme',
  region: 'eu-central-1',
  externalId,
  invitedAt: 5,
});

export const aTenant = (hypervisorId: string, accountId: string): TenantHypervisor => ({
  kind: 'tenant',
  hypervisorId,
  name: `tenant ${accountId}`,
  accountId,
  region: 'eu-central-1',
  auth: { method: 'assume-role', roleArn: `arn:aws:iam::${accountId}:role/holdfast-tenant`, externalId: 'x-1' },
  createdAt: 1,
});

export const aService = (hypervisorId: string, accountId: string): ServiceHypervisor => ({
  kind: 'service',
  hypervisorId,
  name: `service ${accountId}`,
  accountId,
  region: 'eu-central-1',
  auth: { method: 'iam-role' },
  createdAt: 1,
  state: 'ready',
  accessNodes: 'manual',
  mediaAgent: {
    libraryId: 'lib-1',
    library: { kind: 's3', bucket: 'library', prefix: 'msp', region: 'eu-central-1' },
    kmsKeyArn: `arn:aws:kms:eu-central-1:${accountId}:key/1`,
    recoveryPublicKey: 'hfpub1-x',
    roleArn: `arn:aws:iam::${accountId}:role/holdfast-library`,
    maintenanceRoleArn: `arn:aws:iam::${accountId}:role/holdfast-library-maintenance`,
  },
  queues: { restores: 'https://sqs/restores', work: 'https://sqs/work' },
});

export const aJob = (tenantId: string): Job => ({
  jobId: freshId('job'),
  tenantId,
  type: 'backup',
  state: 'queued',
  attempt: 1,
  request: {
    type: 'backup',
    instanceIds: ['i-00000001'],
    groupIds: [],
    level: 'full',
    consistency: { kind: 'crash' },
    queueDeadlineSeconds: 60,
    purpose: 'restore',
    transport: 'ebs-direct',
    streams: 10,
  },
  trigger: 'api',
  requestedBy: 'arn:aws:iam::222222222222:user/ops',
  createdAt: 1_000,
});

export const anInstance = ({ jobId, tenantId }: Job, instanceId: string): JobInstance => ({
  jobId,
  tenantId,
  instanceId,
  phase: 'waiting',
  phaseSince: 1_000,
  counters: noCounters,
});

export const aVolume = (index: number, pageDataBlocks: readonly number[]): RecoveryPointVolume => ({
  volumeId: `vol-${String(index).padStart(8, '0')}`,
  device: `/dev/sd${index}`,
  sizeBytes: pageDataBlocks.length * 2_147_483_648,
  level: 'full',
  snapshotId: `snap-${String(index).padStart(8, '0')}`,
  dataBlocks: 1,
  zeroBlocks: 0,
  pageDataBlocks,
  tags: { Name: `volume ${index}`, empty: '' },
  volumeType: 'gp3',
  iops: 3_000,
  encrypted: false,
  deleteOnTermination: true,
});

export const aPoint = (
  tenantId: string,
  instanceId: string,
  volumes: readonly RecoveryPointVolume[],
): RecoveryPoint => ({
  recoveryPointId: freshId('rp'),
  tenantId,
  instanceId,
  kind: 'streaming',
  state: 'pending',
  jobId: freshId('job'),
  attempt: 1,
  takenAt: 1_000,
  requestedBy: 'arn:aws:iam::222222222222:user/ops',
  instance: {
    instanceId,
    instanceType: 't3.small',
    architecture: 'x86_64',
    enaSupport: true,
    platform: 'Linux/UNIX',
    virtualizationType: 'hvm',
    rootDeviceName: '/dev/xvda',
    availabilityZone: 'eu-central-1a',
    securityGroupIds: [],
    imageId: 'ami-00000001',
    tags: {},
  },
  volumes,
  serviceId: 'hv-service01',
});

export const anOrder = ({ jobId, tenantId }: Job, instanceId: string): Order => ({
  orderId: freshId('ord'),
  jobId,
  attempt: 1,
  tenantId,
  serviceId: 'hv-service01',
  instanceId,
  fence: 1,
  kind: 'read-segment',
  snapshotIds: ['snap-00000001'],
  documentKey: 'work/x.json',
  resultPrefix: 'work/results/',
  state: 'queued',
  claim: 0,
});

export const outcomeOf = ({ orderId }: Order, claim: number): OrderOutcome => ({
  orderId,
  claim,
  resultKey: `work/results/${orderId}-${claim}.json`,
  counters: { ...noCounters, transferred: claim },
});

export const anEffect = ({ jobId, tenantId }: Job): Effect => ({
  effectId: freshId('op'),
  jobId,
  attempt: 1,
  tenantId,
  kind: 'snapshots',
  state: 'intended',
  resourceIds: [],
});

export const aGroup = (hypervisorId: string): VmGroup => ({
  groupId: freshId('vmg'),
  hypervisorId,
  name: 'shops',
  match: { and: [{ tag: { key: 'role', value: 'shop*' } }, { or: [{ name: 'a?' }, { all: true }] }] },
  exclude: { volumes: [{ device: '/dev/sd*', largerThanGiB: 100 }] },
  createdAt: 1,
  updatedAt: 1,
});

export const aPlan = (hypervisorId: string): Plan => ({
  planId: freshId('plan'),
  hypervisorId,
  name: 'nightly',
  method: 'streaming',
  schedule: { expression: 'cron(0 2 * * ? *)', timeZone: 'Europe/Berlin' },
  paused: false,
  fullEvery: 'always',
  copy: { when: 'on-schedule', schedule: { expression: 'rate(6 hours)', timeZone: 'UTC' } },
  consistency: { kind: 'application', freeze: 'sync' },
  retention: { days: 30, gfs: { daily: 7, weekly: 4, monthly: 12, yearly: 0 } },
  streams: 10,
  deadlineMinutes: 600,
  transport: 'ebs-direct',
  purpose: 'restore',
  createdAt: 1,
  updatedAt: 1,
});

export const aNode = (serviceId: string): AccessNode => ({
  nodeId: freshId('node'),
  serviceId,
  name: 'rack 4',
  origin: 'manual',
  draining: false,
  addedAt: 1,
});
