/** Addresses within the page, made here so that they are followed and shared alike. */

/** Where `/` leads, by who looks. */
export const FIRST = { operator: '/overview', tenant: '/jobs' } as const;

export const JOBS = '/jobs';

/** Of a tenant: its own job. Of an operator: a job of the tenant named. */
export const jobAddress = (jobId: string, tenant?: string): string =>
  tenant === undefined ? `/jobs/${jobId}` : `/tenants/${tenant}/jobs/${jobId}`;

/** Operators only, as all below. */
export const HYPERVISORS = '/hypervisors';
export const ADD_HYPERVISOR = '/hypervisors/add';
export const ACCESS_NODES = '/access-nodes';

export const hypervisorAddress = (hypervisorId: string): string => `${HYPERVISORS}/${hypervisorId}`;

/** The wizard, going on with one that is added. */
export const setUpAddress = (hypervisorId: string): string => `${ADD_HYPERVISOR}?hypervisor=${hypervisorId}`;

export const accessNodesAddress = (serviceId: string): string => `${ACCESS_NODES}?service=${serviceId}`;

/** Operators only, as libraries are. */
export const libraryAddress = (tenant: string): string => `/library?tenant=${tenant}`;
export const libraryRunAddress = (tenant: string, runId: string): string => `/tenants/${tenant}/library-runs/${runId}`;
