/** Addresses within the page, made here so that they are followed and shared alike. */

/** Where `/` leads. */
export const FIRST = '/jobs';

/** Of a tenant: its own job. Of an operator: a job of the tenant named. */
export const jobAddress = (jobId: string, tenant?: string): string =>
  tenant === undefined ? `/jobs/${jobId}` : `/tenants/${tenant}/jobs/${jobId}`;

/** The wizard that restores this recovery point. */
export const restoreAddress = (recoveryPointId: string, tenant?: string): string =>
  tenant === undefined
    ? `/recovery-points/${recoveryPointId}/restore`
    : `/tenants/${tenant}/recovery-points/${recoveryPointId}/restore`;

/** Operators only, as all below. */
export const HYPERVISORS = '/hypervisors';
export const ADD_HYPERVISOR = '/hypervisors/add';
export const ACCESS_NODES = '/access-nodes';

export const hypervisorAddress = (hypervisorId: string): string => `${HYPERVISORS}/${hypervisorId}`;

/** The wizard, going on with one that is added. */
export const setUpAddress = (hypervisorId: string): string => `${ADD_HYPERVISOR}?hypervisor=${hypervisorId}`;

export const accessNodesAddress = (serviceId: string): string => `${ACCESS_NODES}?service=${serviceId}`;
