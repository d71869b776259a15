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
import { createRestoreAccess, createRevokeAccess } from '../../core/steps/api/revoke-access.ts';
import { createRotateKey } from '../../core/steps/api/rotate-key.ts';
import {
  createAddServiceVmGroup,
  createRemoveServiceVmGroup,
  type ServiceVmGroupDeps,
} from '../../core/steps/api/service-vm-groups.ts';
import { createSetProtection } from '../../core/steps/api/set-protection.ts';
import { createUnbindHypervisor } from '../../core/steps/api/unbind-hypervisor.ts';
import { type Endpoint, endpoint, type RequestOf, type Route } from './endpoint.ts';
import { type GuardHypervisorsDeps, guardHypervisors } from './guarded.ts';
import { askedOf, pageOf } from './on-tenant-context.ts';
import type { Caller } from './router.ts';

export interface HypervisorEndpointsDeps
  extends AddHypervisorDeps,
    RemoveHypervisorDeps,
    InviteTenantDeps,
    GuardHypervisorsDeps {
  readonly catalog: AddHypervisorDeps['catalog'] &
    InviteTenantDeps['catalog'] &
    RemoveHypervisorDeps['catalog'] &
    GuardHypervisorsDeps['catalog'] &
    AccessNodesDeps['catalog'] &
    ServiceVmGroupDeps['catalog'];
  readonly executions: RemoveHypervisorDeps['executions'];
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
  const setProtection = createSetProtection(deps);
  const guard = guardHypervisors(deps);
  const rotateKey = createRotateKey(deps);
  const revoke = createRevokeAccess(deps);
  const restoreAccess = createRestoreAccess(deps);
  return [
    endpoint(operatorRoutes.inviteTenant, (_: Caller, { body }) => invite(body)),
    endpoint(operatorRoutes.addHypervisor, (caller: Caller, request) => add(askedBy(caller, request), request.body)),
    endpoint(operatorRoutes.listHypervisors, (_: Caller, { query }) => list(pageOf(query))),
    endpoint(operatorRoutes.getHypervisor, (_: Caller, { params }) => get(params.hypervisorId)),
    guard(
      'remove-hypervisor',
      endpoint(operatorRoutes.removeHypervisor, (_: Caller, { params }) => remove(params.hypervisorId)),
    ),
    guard(
      'rebind',
      endpoint(operatorRoutes.bindHypervisor, (_: Caller, { params, body }) => bind(params.hypervisorId, body)),
    ),
    guard(
      'unbind',
      endpoint(operatorRoutes.unbindHypervisor, (_: Caller, { params, query }) =>
        unbind(params.hypervisorId, query.leavePoints === 'true'),
      ),
    ),
    guard(
      'switch-off-approvals',
      endpoint(operatorRoutes.setProtection, (_: Caller, { params, body }) => setProtection(params.hypervisorId, body)),
    ),
    endpoint(operatorRoutes.rotateKey, (_: Caller, { params, body }) => rotateKey(params.hypervisorId, body)),
    endpoint(operatorRoutes.revokeAccess, ({ arn }: Caller, { params, body }) =>
      revoke(arn, params.hypervisorId, body),
    ),
    endpoint(operatorRoutes.restoreAccess, (_: Caller, { params }) => restoreAccess(params.hypervisorId)),
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
