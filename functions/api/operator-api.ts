import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes } from '../../core/contracts/api.ts';
import { NotAllowed } from '../../core/domain/errors.ts';
import { type AddHypervisorDeps, createAddHypervisor } from '../../core/steps/api/add-hypervisor.ts';
import { createAddVmGroup } from '../../core/steps/api/add-vm-group.ts';
import { createBindHypervisor } from '../../core/steps/api/bind-hypervisor.ts';
import { type CheckPermissionsDeps, createCheckPermissions } from '../../core/steps/api/check-permissions.ts';
import {
  createGetHypervisor,
  createListHypervisors,
  createOpenService,
  createOpenTenant,
} from '../../core/steps/api/get-hypervisor.ts';
import { createGetJobPath } from '../../core/steps/api/get-job-path.ts';
import { createListOpenJobs } from '../../core/steps/api/list-jobs.ts';
import { createListVmGroups } from '../../core/steps/api/read-vm-groups.ts';
import { createRemoveVmGroup } from '../../core/steps/api/remove-vm-group.ts';
import { type Endpoint, endpoint, segmentsOf } from './endpoint.ts';
import { onTenantEndpoints } from './on-tenant.ts';
import { askedOf, type OnTenant, type OnTenantDeps, pageOf } from './on-tenant-context.ts';
import { openApiOf } from './openapi.ts';
import { type Caller, createRouter, type ReportError } from './router.ts';

export interface OperatorApiDeps extends OnTenantDeps, Omit<AddHypervisorDeps, 'catalog'> {
  readonly settings: AddHypervisorDeps['settings'] & {
    /** The deployment's own: operators are principals of this account. */
    readonly controlPlaneAccountId: string;
  };
  readonly permissions: CheckPermissionsDeps;
  readonly reportError: ReportError;
}

const audience = { kind: 'operator' } as const;

/** What operators call: hypervisors and bindings, and for a named tenant what the tenant could call itself. */
export const createOperatorApi = (deps: OperatorApiDeps) => {
  const addHypervisor = createAddHypervisor(deps);
  const bindHypervisor = createBindHypervisor(deps);
  const getHypervisor = createGetHypervisor(deps);
  const listHypervisors = createListHypervisors(deps);
  const openTenant = createOpenTenant(deps);
  const openService = createOpenService(deps);
  const addVmGroup = createAddVmGroup(deps);
  const listVmGroups = createListVmGroups(deps);
  const removeVmGroup = createRemoveVmGroup(deps);
  const listOpenJobs = createListOpenJobs(deps);
  const getJobPath = createGetJobPath(deps);
  const checkPermissions = createCheckPermissions(deps.permissions);

  const forNamedTenant = ({ route, handle }: Endpoint<OnTenant>): Endpoint<Caller> => {
    const path = `${operatorTenantPrefix}${route.path}`;
    return {
      route: { ...route, path },
      segments: segmentsOf(path),
      handle: async (caller, request) => {
        const { hypervisorId = '' } = request.params as { readonly hypervisorId?: string };
        return handle({ tenant: await openTenant(hypervisorId), audience, requestedBy: caller.arn }, request);
      },
    };
  };

  return createRouter<Caller>({
    endpoints: [
      endpoint(operatorRoutes.getOperatorOpenApi, async (_: Caller) => openApiOf('operator')),
      endpoint(operatorRoutes.addHypervisor, (_: Caller, { body }) => addHypervisor(body)),
      endpoint(operatorRoutes.listHypervisors, (_: Caller, { query }) => listHypervisors(pageOf(query))),
      endpoint(operatorRoutes.getHypervisor, (_: Caller, { params }) => getHypervisor(params.hypervisorId)),
      endpoint(operatorRoutes.bindHypervisor, (_: Caller, { params, body }) =>
        bindHypervisor(params.hypervisorId, body),
      ),
      endpoint(operatorRoutes.addServiceVmGroup, async (caller: Caller, request) =>
        addVmGroup(
          await openService(request.params.hypervisorId),
          askedOf({ requestedBy: caller.arn }, request),
          request.body,
        ),
      ),
      endpoint(operatorRoutes.listServiceVmGroups, async (_: Caller, { params, query }) =>
        listVmGroups((await openService(params.hypervisorId)).hypervisorId, pageOf(query)),
      ),
      endpoint(operatorRoutes.removeServiceVmGroup, async (_: Caller, { params }) =>
        removeVmGroup(await openService(params.hypervisorId), params.groupId),
      ),
      endpoint(operatorRoutes.listOpenJobs, (_: Caller, { query }) => listOpenJobs(pageOf(query))),
      ...[
        ...onTenantEndpoints(operatorTenantRoutes, deps),
        endpoint(operatorTenantRoutes.getJobPath, ({ tenant }: OnTenant, { params }) =>
          getJobPath(tenant, params.jobId),
        ),
        endpoint(operatorTenantRoutes.checkPermissions, ({ tenant }: OnTenant) => checkPermissions(tenant)),
      ].map(forNamedTenant),
    ],
    admit: async (caller) => {
      if (caller.accountId === deps.settings.controlPlaneAccountId) return { context: caller, audience };
      throw new NotAllowed('Only operators of this deployment may do this.', {
        remedy: 'Sign with credentials of the deployment’s own account.',
      });
    },
    reportError: deps.reportError,
  });
};
