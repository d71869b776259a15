import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes } from '../../core/contracts/api.ts';
import { NotAllowed } from '../../core/domain/errors.ts';
import { type AddHypervisorDeps, createAddHypervisor } from '../../core/steps/api/add-hypervisor.ts';
import { createBindHypervisor } from '../../core/steps/api/bind-hypervisor.ts';
import { createGetHypervisor, createListHypervisors, createOpenTenant } from '../../core/steps/api/get-hypervisor.ts';
import { type Endpoint, endpoint, segmentsOf } from './endpoint.ts';
import { type OnTenant, type OnTenantDeps, onTenantEndpoints, pageOf } from './on-tenant.ts';
import { type Caller, createRouter, type ReportError } from './router.ts';

export interface OperatorApiDeps extends OnTenantDeps, Omit<AddHypervisorDeps, 'catalog'> {
  readonly settings: AddHypervisorDeps['settings'] & {
    /** The deployment's own: operators are principals of this account. */
    readonly controlPlaneAccountId: string;
  };
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
      endpoint(operatorRoutes.addHypervisor, (_: Caller, { body }) => addHypervisor(body)),
      endpoint(operatorRoutes.listHypervisors, (_: Caller, { query }) => listHypervisors(pageOf(query))),
      endpoint(operatorRoutes.getHypervisor, (_: Caller, { params }) => getHypervisor(params.hypervisorId)),
      endpoint(operatorRoutes.bindHypervisor, (_: Caller, { params, body }) =>
        bindHypervisor(params.hypervisorId, body),
      ),
      ...onTenantEndpoints(operatorTenantRoutes, deps).map(forNamedTenant),
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
