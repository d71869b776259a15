/** Every page by its address, with what it shows of a world in which there is one of everything. */
import assert from 'node:assert/strict';
import { onNamedTenant } from '../../cli/context.ts';
import { WaitsForApproval } from '../../cli/waits-for-approval.ts';
import type { Who } from '../../console/ask-who.ts';
import { PAGES } from '../../console/pages.ts';
import { operatorRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { eventually } from '../stories/tenant-days.ts';
import { instanceWithData, startBackup, type Tenant, type World, waitForJob } from '../stories/world.ts';

/** Of one tenant: by the names of the parameters of the pages' addresses. */
export interface Things {
  readonly tenant: string;
  readonly hypervisorId: string;
  readonly instanceId: string;
  readonly recoveryPointId: string;
  readonly jobId: string;
  readonly groupId: string;
  readonly planId: string;
  readonly runId: string;
  readonly approvalId: string;
}

/** The first that waits; asked for by the tenant. */
const askForApproval = async (
  { operator }: World,
  { api, hypervisorId, name }: Tenant,
  planId: string,
): Promise<string> => {
  await operator.call(operatorRoutes.setProtection, { params: { hypervisorId }, body: { approvals: 'two-person' } });
  const body = { name: `plan of ${name}`, retention: { days: 3 } };
  await assert.rejects(api.call(tenantRoutes.replacePlan, { params: { planId }, body }), WaitsForApproval);
  return (await api.call(tenantRoutes.listApprovals, {})).items[0]?.approvalId ?? '';
};

const countLibrary = async ({ operator }: World, { hypervisorId }: Tenant): Promise<string> => {
  const start = onNamedTenant('startLibraryRun', hypervisorId);
  const { runId } = await operator.call(start.route, { params: start.params, body: { task: 'stats' } });
  const get = onNamedTenant('getLibraryRun', hypervisorId);
  await eventually(
    'the library is counted',
    () => operator.call(get.route, { params: { ...get.params, runId } }),
    ({ state }) => state === 'completed',
  );
  return runId;
};

/** One of everything. */
export const makeThings = async (world: World, tenant: Tenant, seed: number): Promise<Things> => {
  const { api, hypervisorId, name } = tenant;
  const { instanceId } = await instanceWithData(world, tenant, [1], { seed, mibPerPage: 1 });
  const { planId } = await api.call(tenantRoutes.addPlan, {
    body: { name: `plan of ${name}`, schedule: { expression: 'cron(0 2 1 1 ? *)' }, retention: { days: 30 } },
  });
  const { groupId } = await api.call(tenantRoutes.addVmGroup, {
    body: { name: `group of ${name}`, match: { all: true }, exclude: { volumes: [] }, planId },
  });
  const jobId = await startBackup(tenant, [instanceId]);
  const { instances = [] } = await waitForJob(tenant, jobId);
  const recoveryPointId = String(instances[0]?.recoveryPointId);
  const runId = await countLibrary(world, tenant);
  const approvalId = await askForApproval(world, tenant, planId);
  const own = { instanceId, recoveryPointId, jobId, groupId, planId, runId, approvalId };
  return { tenant: hypervisorId, hypervisorId, ...own };
};

/** What a page shows of them: where one is missing here, the test says so. */
const SHOWS: Readonly<Record<string, string | ((things: Things) => string)>> = {
  '/overview': 'acme',
  '/findings': 'Nothing was left behind',
  '/quarantine': 'Nothing is set aside',
  '/instances': ({ instanceId }) => instanceId,
  '/instances/:instanceId': ({ instanceId }) => instanceId,
  '/recovery-points/:recoveryPointId': ({ recoveryPointId }) => recoveryPointId,
  '/restore': ({ instanceId }) => instanceId,
  '/recovery-points/:recoveryPointId/restore': ({ instanceId }) => instanceId,
  '/jobs': 'completed',
  '/jobs/:jobId': ({ instanceId }) => instanceId,
  '/vm-groups': 'group of acme',
  '/vm-groups/:groupId': 'group of acme',
  '/plans': 'plan of acme',
  '/plans/:planId': 'plan of acme',
  '/retention': ({ instanceId }) => instanceId,
  '/hypervisors': 'globex',
  '/hypervisors/add': 'Add a hypervisor',
  '/hypervisors/:hypervisorId': 'acme',
  '/access-nodes': 'online',
  '/library': 'completed',
  '/library-runs/:runId': 'completed',
  '/approvals': 'plan of acme',
  '/approvals/:approvalId': 'plan of acme',
  '/audit': 'operator',
};

export interface EveryPage {
  readonly path: string;
  /** Without what may stand in the query. */
  readonly parameters: readonly (keyof Things)[];
  addressOf(things: Things): string;
  shows(things: Things): string;
}

/** All that this kind of person has. */
export const pagesOf = (kind: Who['kind']): readonly EveryPage[] =>
  PAGES.filter((page) => page.for.includes(kind)).map(({ path }) => {
    const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as keyof Things);
    const shown = SHOWS[path.replace('/tenants/:tenant', '')];
    assert.ok(shown !== undefined, `what ${path} shows is not written down in every-page.ts`);
    return {
      path,
      parameters,
      addressOf(things) {
        const address = path.replace(/:(\w+)/g, (_, name: keyof Things) => things[name] ?? assert.fail(name));
        return kind === 'operator' && parameters.length === 0 ? `${address}?tenant=${things.tenant}` : address;
      },
      shows: (things) => (typeof shown === 'string' ? shown : shown(things)),
    };
  });
