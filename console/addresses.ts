/** Addresses within the page, made here so that they are followed and shared alike. */

/** Where `/` leads. */
export const FIRST = '/jobs';

/** Of a tenant: its own job. Of an operator: a job of the tenant named. */
export const jobAddress = (jobId: string, tenant?: string): string =>
  tenant === undefined ? `/jobs/${jobId}` : `/tenants/${tenant}/jobs/${jobId}`;
