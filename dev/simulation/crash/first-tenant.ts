import type { Run, TenantPerson } from '../run.ts';

/** Whose account the crash scenarios work in; the other one's is not to be touched. */
export const first = ({ tenants }: Run): TenantPerson => tenants[0] as TenantPerson;
