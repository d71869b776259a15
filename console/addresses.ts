/** Addresses within the page, made here so that they are followed and shared alike. */

export const JOBS = '/jobs';
export const OVERVIEW = '/overview';
export const INSTANCES = '/instances';

/** Where `/` leads, by who looks. */
export const FIRST = { operator: OVERVIEW, tenant: INSTANCES, approver: '/approvals' } as const;

/** A tenant's own; of an operator (or for one): of the tenant named. */
const of = (tenant: string | undefined, path: string): string =>
  tenant === undefined ? path : `/tenants/${tenant}${path}`;

/** A list, of the tenant that an operator has chosen. */
const listOf = (tenant: string | undefined, path: string): string =>
  tenant === undefined ? path : `${path}?tenant=${tenant}`;

export const vmGroupsAddress = (tenant?: string): string => listOf(tenant, '/vm-groups');
/** Absent: of one that is to be made. */
export const vmGroupAddress = (tenant?: string, groupId = 'add'): string => of(tenant, `/vm-groups/${groupId}`);

export const plansAddress = (tenant?: string): string => listOf(tenant, '/plans');
/** Absent: of one that is to be made. */
export const planAddress = (tenant?: string, planId = 'add'): string => of(tenant, `/plans/${planId}`);
export const retentionAddress = (tenant?: string): string => listOf(tenant, '/retention');

export const approvalsAddress = (tenant?: string): string => listOf(tenant, '/approvals');
/** Of an operator: of the tenant named. Of a tenant or an approver: without. */
export const approvalAddress = (approvalId: string, tenant?: string): string => of(tenant, `/approvals/${approvalId}`);

/** `type`: of this type only. */
export const jobsAddress = (tenant?: string, type?: string): string => {
  const query = new URLSearchParams({ ...(tenant === undefined ? {} : { tenant }), ...(type ? { type } : {}) });
  return query.size === 0 ? JOBS : `${JOBS}?${query}`;
};
/** Of a tenant: its own job. Of an operator: a job of the tenant named. */
export const jobAddress = (jobId: string, tenant?: string): string => of(tenant, `/jobs/${jobId}`);

/** The list, of the tenant that an operator has chosen. */
export const instancesAddress = (tenant?: string): string => listOf(tenant, INSTANCES);

/** `day` (YYYY-MM-DD): whose recovery points are listed. */
export const instanceAddress = (instanceId: string, tenant?: string, day?: string): string =>
  of(tenant, `/instances/${instanceId}${day === undefined ? '' : `?day=${day}`}`);

export const pointAddress = (recoveryPointId: string, tenant?: string): string =>
  of(tenant, `/recovery-points/${recoveryPointId}`);

/** The wizard that restores this recovery point. */
export const restoreAddress = (recoveryPointId: string, tenant?: string): string =>
  `${pointAddress(recoveryPointId, tenant)}/restore`;

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
