/** Samples of what the API answers about jobs, recovery points and restores. */
import type {
  JobPath,
  JobView,
  RecoveryPointView,
  RestorePreview,
  RetentionPlanView,
} from '../../core/contracts/api.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import { AT, INSTANCE, JOB, POINT, uuid } from './sample-ids.ts';

export const jobView: JobView = {
  jobId: JOB,
  type: 'backup',
  state: 'completed',
  attempt: 1,
  trigger: 'api',
  request: { instanceIds: [INSTANCE], level: 'incremental', purpose: 'restore' },
  createdAt: AT,
  startedAt: AT,
  endedAt: '2026-01-01T00:01:02.000Z',
  instances: [{ instanceId: INSTANCE, phase: 'done', phaseSince: AT, counters: noCounters, recoveryPointId: POINT }],
};

export const pointView: RecoveryPointView = {
  recoveryPointId: POINT,
  instanceId: INSTANCE,
  instanceName: 'shop',
  kind: 'streaming',
  state: 'available',
  takenAt: AT,
  jobId: JOB,
  volumes: [
    { volumeId: 'vol-0123456789abcdef0', device: '/dev/xvda', sizeBytes: 2 ** 33, dataBytes: 2 ** 30, level: 'full' },
  ],
  verifiedAt: AT,
};

export const preview: RestorePreview = {
  allowed: true,
  rules: [
    { rule: 'O6', outcome: 'allowed', reason: 'Your provider’s resources are ready.' },
    { rule: 'O9', outcome: 'allowed', reason: 'Volume tags are left out of a restore from the library.' },
  ],
  recoveryPointId: POINT,
  from: 'library',
  creates: ['An instance "shop-restored" of type m7i.large with 1 volume'],
  replaces: [],
  leavesOut: [],
  volumeTagsLeftOut: 3,
  awsTagsLeftOut: 1,
  sizeBytes: 2 ** 33,
  dataBytes: 2 ** 30,
};

const kept = { instanceId: INSTANCE, kind: 'streaming', takenAt: AT } as const;

export const retention: RetentionPlanView = {
  token: 'token-1',
  removes: [{ ...kept, recoveryPointId: `rp-${uuid(2)}`, reason: 'older than 30 days' }],
  keepsInAll: 1,
  keeps: [{ ...kept, recoveryPointId: POINT, reason: 'the newest good one of its instance' }],
};

export const path: JobPath = {
  jobId: JOB,
  attempt: 1,
  executionArn: `arn:aws:states:eu-central-1:999999999999:execution:holdfast-backup:${JOB}-1`,
  status: 'FAILED',
  states: [
    { name: 'OpenJob', enteredAt: AT, exitedAt: '2026-01-01T00:00:02.000Z' },
    {
      name: 'ProtectInstances',
      enteredAt: '2026-01-01T00:00:02.000Z',
      exitedAt: '2026-01-01T00:00:40.000Z',
      children: [
        {
          label: INSTANCE,
          status: 'SUCCEEDED',
          states: [{ name: 'LockInstance', enteredAt: AT, exitedAt: AT }],
        },
        {
          label: 'i-0fedcba9876543210',
          status: 'FAILED',
          states: [
            {
              name: 'TakeSnapshots',
              enteredAt: AT,
              exitedAt: '2026-01-01T00:00:03.000Z',
              error: { name: 'InstanceNotFound', cause: '{"errorMessage":"i-0fedcba9876543210 is not there"}' },
            },
          ],
        },
      ],
    },
  ],
};
