/** Ids and the time that all samples have. */
export const uuid = (n: number): string => `0199aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`;

export const TENANT = `hv-${uuid(1)}`;

export const SERVICE = `hv-${uuid(900)}`;

export const JOB = `job-${uuid(1)}`;

export const POINT = `rp-${uuid(1)}`;

export const GROUP = `vmg-${uuid(1)}`;

export const PLAN = `plan-${uuid(1)}`;

export const NODE = `node-${uuid(1)}`;

export const RUN = `run-${uuid(1)}`;

export const APPROVAL = `apr-${uuid(1)}`;

export const ORDER = `ord-${uuid(1)}`;

export const INSTANCE = 'i-0123456789abcdef0';

export const AT = '2026-01-01T00:00:00.000Z';
