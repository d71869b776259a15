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

  // restores

  // jobs
  { path: '/jobs', for: both, entry: texts.jobs.header, component: lazy(() => import('./pages/jobs.tsx')) },
  { path: '/jobs/:jobId', for: ['tenant'], component: lazy(() => import('./pages/job.tsx')) },
  { path: '/tenants/:tenant/jobs/:jobId', for: ['operator'], component: lazy(() => import('./pages/job.tsx')) },

  // VM groups and plans

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
];
