import type { BindHypervisor, HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict, InvalidRequest } from '../../domain/errors.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { notFound } from './not-found.ts';
import { refuseWithoutAccessNodes } from './service-readiness.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'jobs'>;
  readonly clock: Clock;
}

/** All pages: a job that waits for nodes may be older than many that came after it. */
const runningJob = async (jobs: Catalog['jobs'], tenantId: HypervisorId): Promise<Job | undefined> => {
  for (let next: string | undefined; ; ) {
    const page = await jobs.list(tenantId, { limit: 100, ...(next === undefined ? {} : { next }) });
    const running = page.items.find(({ state }) => !isTerminal(state));
    if (running || page.next === undefined) return running;
    next = page.next;
  }
};

/**
 * "Use service account resources" (A3). Binding to the service hypervisor that it is bound to changes nothing; to
 * another, only while no job runs. Errors: NotFound, InvalidRequest (wrong kind), Conflict.
 */
export const createBindHypervisor =
  ({ catalog, clock }: Deps) =>
  async (tenantId: HypervisorId, { serviceHypervisorId }: BindHypervisor): Promise<HypervisorView> => {
    const tenant = await catalog.hypervisors.get(tenantId);
    if (!tenant) throw notFound('tenant hypervisor', 'hypervisorId');
    if (tenant.kind !== 'tenant') {
      throw new InvalidRequest(`${tenantId} is a service hypervisor: only a tenant hypervisor can be bound to one.`, {
        field: 'hypervisorId',
        remedy: 'Name the tenant hypervisor in the path, and the service hypervisor in the body.',
      });
    }
    const service = await catalog.hypervisors.get(serviceHypervisorId);
    if (!service) throw notFound('service hypervisor', 'serviceHypervisorId');
    if (service.kind !== 'service') {
      throw new InvalidRequest(`${serviceHypervisorId} is a tenant hypervisor: it has no resources to lend.`, {
        field: 'serviceHypervisorId',
        remedy: 'Name a service hypervisor.',
      });
    }
    refuseWithoutAccessNodes(service);
    if (tenant.binding?.serviceId === serviceHypervisorId) return hypervisorView(tenant);
    const running = await runningJob(catalog.jobs, tenantId);
    if (running) {
      throw new Conflict(
        `The job ${running.jobId} of this tenant is ${running.state}: its binding cannot be changed.`,
        {
          remedy: 'Wait for the job to end, or cancel it.',
        },
      );
    }
    const binding = { serviceId: serviceHypervisorId, boundAt: clock.now() };
    if (!(await catalog.hypervisors.bind(tenantId, binding))) throw notFound('tenant hypervisor', 'hypervisorId');
    return hypervisorView({ ...tenant, binding });
  };
