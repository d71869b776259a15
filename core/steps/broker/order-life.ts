import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { isTerminal } from '../../domain/job.ts';
import { WORKING_STATES } from '../../domain/library-run.ts';
import type { Order } from '../../domain/order.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { boundTenant, tenantOf } from '../tenant-of-job.ts';

/** Why nobody may work on an order any more; undefined while somebody may. */
export const whyGone = async (catalog: Catalog, order: Order): Promise<string | undefined> => {
  if (order.state === 'closed') return 'its attempt was closed';
  if (order.kind === 'maintain-library') return whyRunGone(catalog, order);
  const job = await catalog.jobs.get(order.tenantId, order.jobId);
  if (!job || isTerminal(job.state)) return 'its job has ended';
  if (job.attempt !== order.attempt) return 'its attempt has ended';
  if (job.cancelRequestedAt !== undefined) return 'its job was cancelled';
  if (job.suspendRequestedAt !== undefined) return 'its job was suspended';
  if (order.fence !== undefined) {
    const instance = await catalog.instances.get(order.tenantId, order.instanceId);
    const ours = instance?.owner === attemptName(order.jobId, order.attempt) && instance.fence === order.fence;
    if (!ours) return 'another job has taken the instance over';
  }
  const tenant = await catalog.hypervisors.get(order.tenantId);
  if (tenant?.kind === 'tenant' && tenant.revoked) return 'the access to its tenant was revoked';
  return undefined;
};

/** A pass is one order: the run has gone on to the next, waits, or has ended. */
const whyRunGone = async (
  { libraryRuns }: Catalog,
  { tenantId, jobId, attempt }: Order,
): Promise<string | undefined> => {
  const run = await libraryRuns.get(tenantId, jobId);
  if (!run) return 'there is no such library run';
  if (!(WORKING_STATES as readonly string[]).includes(run.state)) return `its library run is ${run.state}`;
  return run.pass === attempt ? undefined : 'its library run is at another pass';
};

/** A library is looked after wherever the tenant is bound by now; a job needs the binding. Errors: NotFound, TenantNotBound. */
export const tenantOfOrder = async (catalog: Catalog, { kind, tenantId }: Order): Promise<TenantHypervisor> =>
  kind === 'maintain-library' ? tenantOf(catalog, tenantId) : (await boundTenant(catalog, tenantId)).tenant;
