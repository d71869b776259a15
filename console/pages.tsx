/** Every page with its address. To add one: a file in pages/, a line here, its words in texts.ts (docs/console.md). */
import { lazy } from 'react';
import { texts } from './texts.ts';
import type { Who } from './who.tsx';

export interface PageEntry {
  /** As React Router writes it. */
  readonly path: string;
  readonly for: readonly Who['kind'][];
  readonly component: ReturnType<typeof lazy>;
  /** In the navigation at the side. Absent: reached from another page. */
  readonly entry?: string;
}

const both = ['operator', 'tenant'] as const;

export const PAGES: readonly PageEntry[] = [
  // what is, and what needs somebody
  {
    path: '/overview',
    for: ['operator'],
    entry: texts.overview.header,
    component: lazy(() => import('./pages/overview.tsx')),
  },
  {
    path: '/findings',
    for: ['operator'],
    entry: texts.findings.header,
    component: lazy(() => import('./pages/findings.tsx')),
  },
  {
    path: '/quarantine',
    for: ['operator'],
    entry: texts.quarantine.header,
    component: lazy(() => import('./pages/quarantine.tsx')),
  },

  // instances and their recovery points
  {
    path: '/instances',
    for: both,
    entry: texts.instances.header,
    component: lazy(() => import('./pages/instances.tsx')),
  },
  { path: '/instances/:instanceId', for: ['tenant'], component: lazy(() => import('./pages/instance.tsx')) },
  {
    path: '/tenants/:tenant/instances/:instanceId',
    for: ['operator'],
    component: lazy(() => import('./pages/instance.tsx')),
  },
  {
    path: '/recovery-points/:recoveryPointId',
    for: ['tenant'],
    component: lazy(() => import('./pages/recovery-point.tsx')),
  },
  {
    path: '/tenants/:tenant/recovery-points/:recoveryPointId',
    for: ['operator'],
    component: lazy(() => import('./pages/recovery-point.tsx')),
  },

  // restores
  { path: '/restore', for: both, entry: texts.restore.header, component: lazy(() => import('./pages/restore.tsx')) },
  {
    path: '/recovery-points/:recoveryPointId/restore',
    for: ['tenant'],
    component: lazy(() => import('./pages/restore.tsx')),
  },
  {
    path: '/tenants/:tenant/recovery-points/:recoveryPointId/restore',
    for: ['operator'],
    component: lazy(() => import('./pages/restore.tsx')),
  },

  // jobs
  { path: '/jobs', for: both, entry: texts.jobs.header, component: lazy(() => import('./pages/jobs.tsx')) },
  { path: '/jobs/:jobId', for: ['tenant'], component: lazy(() => import('./pages/job.tsx')) },
  { path: '/tenants/:tenant/jobs/:jobId', for: ['operator'], component: lazy(() => import('./pages/job.tsx')) },

  // VM groups and plans
  {
    path: '/vm-groups',
    for: both,
    entry: texts.vmGroups.header,
    component: lazy(() => import('./pages/vm-groups.tsx')),
  },
  { path: '/vm-groups/:groupId', for: ['tenant'], component: lazy(() => import('./pages/vm-group.tsx')) },
  {
    path: '/tenants/:tenant/vm-groups/:groupId',
    for: ['operator'],
    component: lazy(() => import('./pages/vm-group.tsx')),
  },
  { path: '/plans', for: both, entry: texts.plans.header, component: lazy(() => import('./pages/plans.tsx')) },
  { path: '/plans/:planId', for: ['tenant'], component: lazy(() => import('./pages/plan.tsx')) },
  { path: '/tenants/:tenant/plans/:planId', for: ['operator'], component: lazy(() => import('./pages/plan.tsx')) },
  { path: '/retention', for: both, component: lazy(() => import('./pages/retention.tsx')) },

  // hypervisors and access nodes
  {
    path: '/hypervisors',
    for: ['operator'],
    entry: texts.hypervisors.header,
    component: lazy(() => import('./pages/hypervisors.tsx')),
  },
  { path: '/hypervisors/add', for: ['operator'], component: lazy(() => import('./pages/add-hypervisor.tsx')) },
  { path: '/hypervisors/:hypervisorId', for: ['operator'], component: lazy(() => import('./pages/hypervisor.tsx')) },
  {
    path: '/access-nodes',
    for: ['operator'],
    entry: texts.accessNodes.header,
    component: lazy(() => import('./pages/access-nodes.tsx')),
  },

  // libraries
  {
    path: '/library',
    for: ['operator'],
    entry: texts.library.header,
    component: lazy(() => import('./pages/library.tsx')),
  },
  {
    path: '/tenants/:tenant/library-runs/:runId',
    for: ['operator'],
    component: lazy(() => import('./pages/library-run.tsx')),
  },

  // approvals, audit
  {
    path: '/approvals',
    for: ['operator', 'tenant', 'approver'],
    entry: texts.approvals.header,
    component: lazy(() => import('./pages/approvals.tsx')),
  },
  {
    path: '/approvals/:approvalId',
    for: ['tenant', 'approver'],
    component: lazy(() => import('./pages/approval.tsx')),
  },
  {
    path: '/tenants/:tenant/approvals/:approvalId',
    for: ['operator'],
    component: lazy(() => import('./pages/approval.tsx')),
  },
  { path: '/audit', for: ['operator'], entry: texts.audit.header, component: lazy(() => import('./pages/audit.tsx')) },
];
