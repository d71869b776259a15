/** The catalog's promises that the API relies on, in maps. */
import { InvalidRequest } from '../../core/domain/errors.ts';
import type { Hypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Job, JobInstance } from '../../core/domain/job.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { Catalog, Page, PageRequest } from '../../core/ports/catalog.ts';

const pageOf = <T>(all: readonly T[], { limit, next }: PageRequest): Page<T> => {
  const from = next === undefined ? 0 : Number(next);
  if (!Number.isInteger(from) || from < 0)
    throw new InvalidRequest('next is not a cursor of this list', { field: 'next' });
  return { items: all.slice(from, from + limit), ...(from + limit < all.length ? { next: String(from + limit) } : {}) };
};

export type ApiCatalog = Pick<Catalog, 'hypervisors' | 'jobs' | 'points'>;

export interface Records {
  readonly hypervisors: Map<string, Hypervisor>;
  readonly jobs: Map<string, Job>;
  readonly instances: JobInstance[];
  readonly points: Map<string, RecoveryPoint>;
}

const unused = (name: string) => async (): Promise<never> => {
  throw new Error(`the API never calls ${name}`);
};

export const createInMemoryCatalog = (): { catalog: ApiCatalog; records: Records } => {
  const records: Records = { hypervisors: new Map(), jobs: new Map(), instances: [], points: new Map() };
  const { hypervisors, jobs, instances, points } = records;
  const tenants = (): TenantHypervisor[] => [...hypervisors.values()].filter((each) => each.kind === 'tenant');
  const ofTenant = <T extends { tenantId: string }>(all: Iterable<T>, tenantId: string): T[] =>
    [...all].filter((each) => each.tenantId === tenantId).reverse();

  const catalog: ApiCatalog = {
    hypervisors: {
      async add(hypervisor) {
        const taken = hypervisor.kind === 'tenant' && tenants().some((t) => t.accountId === hypervisor.accountId);
        if (taken || hypervisors.has(hypervisor.hypervisorId)) return false;
        hypervisors.set(hypervisor.hypervisorId, hypervisor);
        return true;
      },
      get: async (id) => hypervisors.get(id),
      tenantOfAccount: async (accountId) => tenants().find((tenant) => tenant.accountId === accountId),
      list: async (page) => pageOf([...hypervisors.values()], page),
      async bind(tenantId, binding) {
        const tenant = hypervisors.get(tenantId);
        if (tenant?.kind !== 'tenant') return false;
        hypervisors.set(tenantId, { ...tenant, binding });
        return true;
      },
    },
    jobs: {
      async add(job) {
        if (jobs.has(job.jobId)) return false;
        jobs.set(job.jobId, job);
        return true;
      },
      async get(tenantId, jobId) {
        const job = jobs.get(jobId);
        return job?.tenantId === tenantId ? job : undefined;
      },
      list: async (tenantId, page) => pageOf(ofTenant(jobs.values(), tenantId), page),
      async update(tenantId, jobId, change, from) {
        const job = jobs.get(jobId);
        if (job?.tenantId !== tenantId || (from && !from.includes(job.state))) return false;
        jobs.set(jobId, { ...job, ...change });
        return true;
      },
      instances: async (jobId) => instances.filter((instance) => instance.jobId === jobId),
      addInstance: unused('addInstance'),
      instance: unused('instance'),
      updateInstance: unused('updateInstance'),
      addCounters: unused('addCounters'),
    },
    points: {
      add: unused('points.add'),
      async get(tenantId, id) {
        const point = points.get(id);
        return point?.tenantId === tenantId ? point : undefined;
      },
      list: async (tenantId, instanceId, page) =>
        pageOf(
          ofTenant(points.values(), tenantId).filter((p) => instanceId === undefined || p.instanceId === instanceId),
          page,
        ),
      update: unused('points.update'),
    },
  };
  return { catalog, records };
};
