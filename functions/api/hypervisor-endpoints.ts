import { operatorRoutes } from '../../core/contracts/api.ts';
import {
  type AccessNodesDeps,
  createAddAccessNode,
  createDrainAccessNode,
  createListAccessNodes,
  createRemoveAccessNode,
} from '../../core/steps/api/access-nodes.ts';
import { type AddHypervisorDeps, createAddHypervisor } from '../../core/steps/api/add-hypervisor.ts';
import { createBindHypervisor } from '../../core/steps/api/bind-hypervisor.ts';
import { createCheckHypervisor } from '../../core/steps/api/check-hypervisor.ts';
import { createGetHypervisor, createListHypervisors, createOpenService } from '../../core/steps/api/get-hypervisor.ts';
import { createHypervisorTemplate, createServiceAccessTemplate } from '../../core/steps/api/hypervisor-template.ts';
import { createInviteTenant, type InviteTenantDeps } from '../../core/steps/api/invite-tenant.ts';
import { createListVmGroups } from '../../core/steps/api/read-vm-groups.ts';
import { createRemoveHypervisor, type RemoveHypervisorDeps } from '../../core/steps/api/remove-hypervisor.ts';
import {
  createAddServiceVmGroup,
  createRemoveServiceVmGroup,
  type ServiceVmGroupDeps,
} from '../../core/steps/api/service-vm-groups.ts';
import { createUnbindHypervisor } from '../../core/steps/api/unbind-hypervisor.ts';
import { type Endpoint, endpoint, type RequestOf, type Route } from './endpoint.ts';
import { askedOf, pageOf } from './on-tenant-context.ts';
import type { Caller } from './router.ts';

export interface HypervisorEndpointsDeps extends AddHypervisorDeps, RemoveHypervisorDeps, InviteTenantDeps {
  readonly catalog: AddHypervisorDeps['catalog'] &
    InviteTenantDeps['catalog'] &
    RemoveHypervisorDeps['catalog'] &
    AccessNodesDeps['catalog'] &
    ServiceVmGroupDeps['catalog'];
  readonly settings: AddHypervisorDeps['settings'] & {
    readonly hubRoleArn: string;
    /** Assumes the role of a library. */
    readonly brokerRoleArn: string;
  };
}

const askedBy = ({ arn }: Caller, request: Pick<RequestOf<Route>, 'idempotencyKey'>) =>
  askedOf({ requestedBy: arn }, request);

/** Hypervisors, bindings, access nodes, and VM groups of service hypervisors: operators only. */
export const hypervisorEndpoints = (deps: HypervisorEndpointsDeps): readonly Endpoint<Caller>[] => [
  ...ofHypervisors(deps),
  ...ofServices(deps),
];

const ofHypervisors = (deps: HypervisorEndpointsDeps): readonly Endpoint<Caller>[] => {
  const invite = createInviteTenant(deps);
  const add = createAddHypervisor(deps);
  const list = createListHypervisors(deps);
  const get = createGetHypervisor(deps);
  const remove = createRemoveHypervisor(deps);
  const bind = createBindHypervisor(deps);
  const unbind = createUnbindHypervisor(deps);
  return [
    endpoint(operatorRoutes.inviteTenant, (_: Caller, { body }) => invite(body)),
    endpoint(operatorRoutes.addHypervisor, (caller: Caller, request) => add(askedBy(caller, request), request.body)),
    endpoint(operatorRoutes.listHypervisors, (_: Caller, { query }) => list(pageOf(query))),
    endpoint(operatorRoutes.getHypervisor, (_: Caller, { params }) => get(params.hypervisorId)),
    endpoint(operatorRoutes.removeHypervisor, (_: Caller, { params }) => remove(params.hypervisorId)),
    endpoint(operatorRoutes.bindHypervisor, (_: Caller, { params, body }) => bind(params.hypervisorId, body)),
    endpoint(operatorRoutes.unbindHypervisor, (_: Caller, { params, query }) =>
      unbind(params.hypervisorId, query.leavePoints === 'true'),
    ),
  ];
};

const ofServices = (deps: HypervisorEndpointsDeps): readonly Endpoint<Caller>[] => {
  const openService = createOpenService(deps);
  const accessTemplate = createServiceAccessTemplate(deps);
  const template = createHypervisorTemplate(deps);
  const check = createCheckHypervisor(deps);
  const listNodes = createListAccessNodes(deps);
  const addNode = createAddAccessNode(deps);
  const drainNode = createDrainAccessNode(deps);
  const removeNode = createRemoveAccessNode(deps);
  const addGroup = createAddServiceVmGroup(deps);
  const listGroups = createListVmGroups(deps);
  const removeGroup = createRemoveServiceVmGroup(deps);
  return [
    endpoint(operatorRoutes.getServiceAccessTemplate, (_: Caller, { query }) => accessTemplate(query)),
    endpoint(operatorRoutes.getHypervisorTemplate, (_: Caller, { params }) => template(params.hypervisorId)),
    endpoint(operatorRoutes.checkHypervisor, (_: Caller, { params }) => check(params.hypervisorId)),
    endpoint(operatorRoutes.listAccessNodes, async (_: Caller, { params }) =>
      listNodes(await openService(params.hypervisorId)),
    ),
    endpoint(operatorRoutes.addAccessNode, async (caller: Caller, request) =>
      addNode(await openService(request.params.hypervisorId), askedBy(caller, request), request.body),
    ),
    endpoint(operatorRoutes.drainAccessNode, async (_: Caller, { params }) =>
      drainNode(await openService(params.hypervisorId), params.nodeId),
    ),
    endpoint(operatorRoutes.removeAccessNode, async (_: Caller, { params }) =>
      removeNode(await openService(params.hypervisorId), params.nodeId),
    ),
    endpoint(operatorRoutes.addServiceVmGroup, async (caller: Caller, request) =>
      addGroup(await openService(request.params.hypervisorId), askedBy(caller, request), request.body),
    ),
    endpoint(operatorRoutes.listServiceVmGroups, async (_: Caller, { params, query }) =>
      listGroups((await openService(params.hypervisorId)).hypervisorId, pageOf(query)),
    ),
    endpoint(operatorRoutes.removeServiceVmGroup, async (_: Caller, { params }) =>
      removeGroup(await openService(params.hypervisorId), params.groupId),
    ),
  ];
};
