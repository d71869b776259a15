/** Samples of what the API answers about instances, VM groups and plans. */
import type { InstanceView } from '../../core/contracts/api.ts';
import type { PlanView } from '../../core/contracts/plans.ts';
import type { VmGroupPreview, VmGroupView } from '../../core/contracts/vm-groups.ts';
import { AT, GROUP, INSTANCE, PLAN, POINT, TENANT } from './sample-ids.ts';

export const instanceView: InstanceView = {
  instanceId: INSTANCE,
  name: 'shop',
  state: 'running',
  protection: 'late',
  reason: 'Its newest recovery point is 3 days old, and plan nightly allows 30 h.',
  groups: [{ groupId: GROUP, name: 'web', planId: PLAN }],
  plans: [{ planId: PLAN, name: 'nightly', nextRunAt: '2026-01-02T02:00:00.000Z' }],
  newest: { recoveryPointId: POINT, kind: 'streaming', takenAt: AT },
  recoveryPoints: 7,
};

export const groupView: VmGroupView = {
  groupId: GROUP,
  hypervisorId: TENANT,
  name: 'web',
  match: {
    and: [{ tag: { key: 'app', value: 'web' } }, { or: [{ name: 'web-*' }, { vpcId: 'vpc-0123456789abcdef0' }] }],
  },
  exclude: { volumes: [{ device: '/dev/sdf' }, { largerThanGiB: 500 }] },
  planId: PLAN,
  createdAt: AT,
  updatedAt: AT,
};

export const matches: VmGroupPreview = {
  instances: [
    {
      instanceId: INSTANCE,
      name: 'web-1',
      state: 'running',
      matchedBy: 'tag app=web and name web-*',
      volumes: [
        { volumeId: 'vol-0123456789abcdef0', device: '/dev/xvda', sizeGiB: 8 },
        { volumeId: 'vol-0fedcba9876543210', device: '/dev/sdf', sizeGiB: 100, excludedBy: 'device /dev/sdf' },
      ],
    },
  ],
  instancesInAll: 1,
  excludedInAll: 1,
  excluded: [{ instanceId: 'i-0fedcba9876543210', name: 'web-old', excludedBy: 'name *-old' }],
};

/** As a tenant's, without what an operator's has besides. */
export const planView: Omit<PlanView, 'transport' | 'streams'> = {
  planId: PLAN,
  hypervisorId: TENANT,
  name: 'nightly',
  method: 'streaming',
  schedule: { expression: 'cron(0 2 * * ? *)', timeZone: 'Europe/Berlin' },
  paused: false,
  fullEvery: 0,
  copy: { when: 'never' },
  consistency: { kind: 'crash' },
  retention: { days: 30, gfs: { daily: 7, weekly: 5, monthly: 12, yearly: 0 } },
  purpose: 'restore',
  createdAt: AT,
  updatedAt: AT,
  nextRunAt: '2026-01-02T01:00:00.000Z',
};

export const operatorPlanView: PlanView = { ...planView, transport: 'ebs-direct', streams: 10 };
