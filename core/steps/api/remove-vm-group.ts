import type { VmGroupId } from '../../contracts/ids.ts';
import type { VmGroupView } from '../../contracts/vm-groups.ts';
import { Conflict } from '../../domain/errors.ts';
import type { Hypervisor, ServiceHypervisor } from '../../domain/hypervisor.ts';
import { vmGroupView } from '../../domain/plan-views.ts';
import type { VmGroupDeps } from './add-vm-group.ts';
import { notFound } from './not-found.ts';
import { openJobOf } from './open-job-of.ts';
import { whoNeedsNodesOf } from './who-needs-nodes.ts';

/** O6: without its last VM group a service hypervisor with automatic nodes and none by hand could serve nobody. */
const refuseLast = async ({ catalog }: VmGroupDeps, service: ServiceHypervisor): Promise<void> => {
  const { hypervisorId: serviceId, accessNodes } = service;
  if (accessNodes === 'manual') return;
  if ((await catalog.vmGroups.list(serviceId, { limit: 2 })).items.length > 1) return;
  if ((await catalog.nodes.list(serviceId)).some(({ addedByHand }) => addedByHand)) return;
  const names = await whoNeedsNodesOf(catalog, service);
  if (names.length === 0) return;
  throw new Conflict(
    `The automatic access nodes of ${serviceId} come from this VM group alone; it is used by ${names.join(', ')}.`,
    {
      remedy: 'Add another VM group, or access nodes by hand, and remove it then.',
    },
  );
};

/** What it protected stays protected by what was taken before. Errors: NotFound, Conflict (in use). */
export const createRemoveVmGroup =
  (deps: VmGroupDeps) =>
  async (hypervisor: Hypervisor, groupId: VmGroupId): Promise<VmGroupView> => {
    const { catalog } = deps;
    const { hypervisorId } = hypervisor;
    const group = await catalog.vmGroups.get(hypervisorId, groupId);
    if (!group) throw notFound('VM group', 'groupId');
    if (hypervisor.kind === 'service') await refuseLast(deps, hypervisor);
    const job = await openJobOf(
      catalog.jobs,
      hypervisorId,
      // resolved by the time that it runs
      ({ state, request }) => state === 'queued' && 'groupIds' in request && request.groupIds.includes(groupId),
    );
    if (job) {
      throw new Conflict(`The job ${job.jobId} of this VM group is ${job.state}.`, {
        remedy: 'Wait until the job runs, or cancel it.',
      });
    }
    await catalog.vmGroups.remove(hypervisorId, groupId);
    return vmGroupView(group);
  };
