/** Every page with its address. To add one: a file in pages/, a line here, its words in texts.ts (docs/console.md). */
import type { Who } from './ask-who.ts';
import { texts } from './texts.ts';

export interface PageEntry {
  /** As React Router writes it. */
  readonly path: string;
  readonly for: readonly Who['kind'][];
  /** Its file in pages/. */
  readonly page: string;
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
    page: 'overview',
  },
  {
    path: '/findings',
    for: ['operator'],
    entry: texts.findings.header,
    page: 'findings',
  },
  {
    path: '/quarantine',
    for: ['operator'],
    entry: texts.quarantine.header,
    page: 'quarantine',
  },

  // instances and their recovery points
  {
    path: '/instances',
    for: both,
    entry: texts.instances.header,
    page: 'instances',
  },
  { path: '/instances/:instanceId', for: ['tenant'], page: 'instance' },
  {
    path: '/tenants/:tenant/instances/:instanceId',
    for: ['operator'],
    page: 'instance',
  },
  {
    path: '/recovery-points/:recoveryPointId',
    for: ['tenant'],
    page: 'recovery-point',
  },
  {
    path: '/tenants/:tenant/recovery-points/:recoveryPointId',
    for: ['operator'],
    page: 'recovery-point',
  },

  // restores
  { path: '/restore', for: both, entry: texts.restore.header, page: 'restore' },
  {
    path: '/recovery-points/:recoveryPointId/restore',
    for: ['tenant'],
    page: 'restore',
  },
  {
    path: '/tenants/:tenant/recovery-points/:recoveryPointId/restore',
    for: ['operator'],
    page: 'restore',
  },

  // jobs
  { path: '/jobs', for: both, entry: texts.jobs.header, page: 'jobs' },
  { path: '/jobs/:jobId', for: ['tenant'], page: 'job' },
  { path: '/tenants/:tenant/jobs/:jobId', for: ['operator'], page: 'job' },

  // VM groups and plans
  {
    path: '/vm-groups',
    for: both,
    entry: texts.vmGroups.header,
    page: 'vm-groups',
  },
  { path: '/vm-groups/:groupId', for: ['tenant'], page: 'vm-group' },
  {
    path: '/tenants/:tenant/vm-groups/:groupId',
    for: ['operator'],
    page: 'vm-group',
  },
  { path: '/plans', for: both, entry: texts.plans.header, page: 'plans' },
  { path: '/plans/:planId', for: ['tenant'], page: 'plan' },
  { path: '/tenants/:tenant/plans/:planId', for: ['operator'], page: 'plan' },
  { path: '/retention', for: both, page: 'retention' },

  // hypervisors and access nodes
  {
    path: '/hypervisors',
    for: ['operator'],
    entry: texts.hypervisors.header,
    page: 'hypervisors',
  },
  { path: '/hypervisors/add', for: ['operator'], page: 'add-hypervisor' },
  { path: '/hypervisors/:hypervisorId', for: ['operator'], page: 'hypervisor' },
  {
    path: '/access-nodes',
    for: ['operator'],
    entry: texts.accessNodes.header,
    page: 'access-nodes',
  },

  // libraries
  {
    path: '/library',
    for: ['operator'],
    entry: texts.library.header,
    page: 'library',
  },
  {
    path: '/tenants/:tenant/library-runs/:runId',
    for: ['operator'],
    page: 'library-run',
  },

  // approvals, audit
  {
    path: '/approvals',
    for: ['operator', 'tenant', 'approver'],
    entry: texts.approvals.header,
    page: 'approvals',
  },
  {
    path: '/approvals/:approvalId',
    for: ['tenant', 'approver'],
    page: 'approval',
  },
  {
    path: '/tenants/:tenant/approvals/:approvalId',
    for: ['operator'],
    page: 'approval',
  },
  { path: '/audit', for: ['operator'], entry: texts.audit.header, page: 'audit' },
];
