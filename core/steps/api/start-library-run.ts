import type { LibraryRunView, StartLibraryRun } from '../../contracts/library-runs.ts';
import { Conflict } from '../../domain/errors.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import { changesLibrary, type LibraryRun, libraryRunView } from '../../domain/library-run.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Ids } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import {
  beginLibraryRun,
  type LibraryRunDeps,
  openLibraryRuns,
  refuseBesideOthers,
} from '../library/begin-library-run.ts';
import { isOfLibrary } from '../library/tenants-libraries.ts';
import { boundTenant } from '../tenant-of-job.ts';
import { type Asked, checkSameRequest, newId, requestHash } from './idempotency.ts';
import { notFound } from './not-found.ts';

export interface StartLibraryRunDeps extends LibraryRunDeps {
  readonly catalog: LibraryRunDeps['catalog'] & Pick<Catalog, 'points'>;
  readonly ids: Ids;
  readonly sha256: Sha256;
}

/** Depth where none is asked for: what is cheap every day, and what heals. */
export const depthOf = ({ task, depth }: Pick<StartLibraryRun, 'task' | 'depth'>): Pick<LibraryRun, 'depth'> => {
  if (task === 'check') return { depth: depth ?? 'sample' };
  return task === 'repair' ? { depth: depth ?? 'everything' } : {};
};

/**
 * Errors: TenantNotBound, NotFound (the service hypervisor named), Conflict (another run changes the library, its
 * hypervisor names no role that may, or the tenant has nothing there), TransientFailure.
 */
export const createStartLibraryRun =
  (deps: StartLibraryRunDeps) =>
  async (tenant: TenantHypervisor, asked: Asked, body: StartLibraryRun): Promise<LibraryRunView> => {
    const { catalog, clock, sha256 } = deps;
    const tenantId = tenant.hypervisorId;
    const runId = newId(deps, 'run', tenantId, 'library-run', asked);
    const hash = requestHash(sha256, asked, body);
    const answerAs = async (there: LibraryRun): Promise<LibraryRunView> => {
      checkSameRequest(there, hash);
      // whoever made it may have ended before it was started
      if (there.state === 'queued') await beginLibraryRun(deps, there);
      return libraryRunView((await catalog.libraryRuns.get(tenantId, runId)) ?? there);
    };
    const before = await catalog.libraryRuns.get(tenantId, runId);
    if (before) return answerAs(before);
    const service = await serviceOfRun(deps, tenant, body.serviceId);
    const run: LibraryRun = {
      runId,
      tenantId,
      serviceId: service.hypervisorId,
      task: body.task,
      ...depthOf(body),
      planOnly: body.planOnly,
      acceptDamage: body.acceptDamage,
      queueDeadlineSeconds: body.queueDeadlineSeconds,
      state: 'queued',
      pass: 1,
      trigger: 'api',
      requestedBy: asked.requestedBy,
      createdAt: clock.now(),
      ...hash,
    };
    await refuseRun(deps, tenant, service, run);
    refuseWhereNothingIsWritten(tenant, service, run);
    refuseBesideOthers(await openLibraryRuns(deps, tenantId), run, runId);
    const begun = await beginLibraryRun(deps, run);
    const there = await catalog.libraryRuns.get(tenantId, runId);
    if (!begun) checkSameRequest(there, hash);
    return libraryRunView(there ?? run);
  };

export const serviceOfRun = async (
  { catalog }: { readonly catalog: Pick<Catalog, 'hypervisors'> },
  tenant: TenantHypervisor,
  serviceId: string | undefined,
): Promise<ServiceHypervisor> => {
  if (serviceId === undefined) return (await boundTenant(catalog, tenant.hypervisorId)).service;
  const service = await catalog.hypervisors.get(serviceId);
  if (service?.kind !== 'service') throw notFound('service hypervisor', 'serviceId');
  return service;
};

/** What stands against such a run, whatever runs beside it. Errors: Conflict. */
export const refuseRun = async (
  { catalog }: { readonly catalog: Pick<Catalog, 'points'> },
  tenant: TenantHypervisor,
  service: ServiceHypervisor,
  run: Pick<LibraryRun, 'task' | 'planOnly'>,
): Promise<void> => {
  refuseWithoutRole(service, run);
  refuseWithoutLock(service, run);
  if (await isOfLibrary(catalog, tenant, service.hypervisorId)) return;
  throw new Conflict(`${tenant.name} is not bound to ${service.name}, and has nothing in its library.`, {
    field: 'serviceId',
    remedy: 'Name a service hypervisor that the tenant has recovery points with, or leave it out.',
  });
};

const refuseWithoutLock = ({ name, mediaAgent }: ServiceHypervisor, { task }: Pick<LibraryRun, 'task'>): void => {
  if (task !== 'extend-locks' || mediaAgent.lock !== undefined) return;
  throw new Conflict(`The library of the service hypervisor ${name} has no lock that could be extended.`, {
    remedy: 'A lock is chosen when the service hypervisor is added: holdfast hypervisor add service --lock',
  });
};

const refuseWhereNothingIsWritten = (tenant: TenantHypervisor, service: ServiceHypervisor, run: LibraryRun): void => {
  if (run.task !== 'rotate-key' || tenant.binding?.serviceId === service.hypervisorId) return;
  throw new Conflict(`${tenant.name} is not bound to ${service.name}: nothing is written to that library any more.`, {
    field: 'serviceId',
    remedy: 'Leave it out: a new key is for the library of the service hypervisor that the tenant is bound to now.',
  });
};

const refuseWithoutRole = (
  { name, mediaAgent }: ServiceHypervisor,
  run: Pick<LibraryRun, 'task' | 'planOnly'>,
): void => {
  if (!changesLibrary(run) || mediaAgent.maintenanceRoleArn !== undefined) return;
  throw new Conflict(`The service hypervisor ${name} names no role that may delete in its library.`, {
    remedy: 'Name one when the hypervisor is added (library.maintenanceRoleArn); a check and stats need none.',
  });
};
