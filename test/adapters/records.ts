/** Whole records of every kind, for two tenants A and B. */
import { randomUUID } from 'node:crypto';
import { noCounters, type OrderOutcome } from '../../core/contracts/orders.ts';
import type { Effect } from '../../core/domain/effect.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Job, JobInstance } from '../../core/domain/job.ts';
import type { Order } from '../../core/domain/order.ts';
import type { RecoveryPoint, RecoveryPointVolume } from '../../core/domain/recovery-point.ts';

export const freshId = (prefix: string): string => `${prefix}-${randomUUID()}`;

export const A = freshId('hv');
export const B = freshId('hv');

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
  accessNodes: 'manual',
  mediaAgent: {
    libraryId: 'lib-1',
    library: { kind: 's3', bucket: 'library', prefix: 'msp', region: 'eu-central-1' },
    kmsKeyArn: `arn:aws:kms:eu-central-1:${accountId}:key/1`,
    recoveryPublicKey: 'hfpub1-x',
    roleArn: `arn:aws:iam::${accountId}:role/holdfast-library`,
  },
  queues: { restores: 'https://sqs/restores', work: 'https://sqs/work' },
});

export const aJob = (tenantId: string): Job => ({
  jobId: freshId('job'),
  tenantId,
  type: 'backup',
  state: 'queued',
  attempt: 1,
  request: { instanceIds: ['i-00000001'], level: 'full', queueDeadlineSeconds: 60 },
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
