/** Addresses within the page, made here so that they are followed and shared alike. */

export const JOBS = '/jobs';
export const INSTANCES = '/instances';

/** Where `/` leads. */
export const FIRST = { operator: JOBS, tenant: INSTANCES } as const;

/** Of a tenant: its own job. Of an operator: a job of the tenant named. */
export const jobAddress = (jobId: string, tenant?: string): string =>
  tenant === undefined ? `/jobs/${jobId}` : `/tenants/${tenant}/jobs/${jobId}`;

/** The list, of the tenant that an operator has chosen. */
export const instancesAddress = (tenant?: string): string =>
  tenant === undefined ? INSTANCES : `${INSTANCES}?tenant=${tenant}`;

/** `day` (YYYY-MM-DD): whose recovery points are listed. */
export const instanceAddress = (instanceId: string, tenant?: string, day?: string): string =>
  `${tenant === undefined ? '' : `/tenants/${tenant}`}/instances/${instanceId}${day === undefined ? '' : `?day=${day}`}`;

export const pointAddress = (recoveryPointId: string, tenant?: string): string =>
  `${tenant === undefined ? '' : `/tenants/${tenant}`}/recovery-points/${recoveryPointId}`;

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
