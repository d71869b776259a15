/**
 * The REST API's routes for operators and approvers; those about one tenant are in `tenant-routes.ts`. Handlers, CLI and the
 * OpenAPI document all read them.
 */
import { z } from 'zod';
import { AccessNodeView, AddedAccessNode } from './access-node-views.ts';
import { listOf } from './answers.ts';
import { ApprovalState, ApprovalView, Approve, Reject, SetProtection } from './approvals.ts';
import { AuditAnchors, AuditPage, AuditQuery } from './audit.ts';
import { CostsPage, Month } from './costs.ts';
import { HealthView } from './health.ts';
import { AddAccessNode, AddHypervisor, BindHypervisor, ServiceAccess } from './hypervisor-requests.ts';
import { HypervisorView, Template } from './hypervisor-views.ts';
import { ApprovalId, HypervisorId, JobId, LibraryRunId, NodeId, PlanId, RecoveryPointId, VmGroupId } from './ids.ts';
import { InvitationView, InviteTenant } from './invitations.ts';
import { JobView } from './job-views.ts';
import { LibraryGrowth, RecentJobs, RecentJobsQuery, TenantProtection } from './overview.ts';
import { PermissionsReport } from './permissions.ts';
import { QuarantinedId, QuarantineView, ReleasedView } from './quarantine.ts';
import { ReaperPlanView, ReaperQuery, ReaperResult, RunReaper } from './reaper.ts';
import { get, guarded, List, none, remove, send } from './route.ts';
import { RevokeAccess, RevokedAccess, RotateKey } from './tenant-access.ts';
import { VmGroupFields, VmGroupView } from './vm-groups.ts';

const hypervisor = '/operator/hypervisors/{hypervisorId}';

export const operatorRoutes = {
  getOperatorOpenApi: get('/operator/openapi.json', none, z.record(z.string(), z.unknown())),
  /** Asked again for the same account, it answers the same ExternalId. */
  inviteTenant: send('POST', '/operator/invitations', 201, InviteTenant, InvitationView),
  addHypervisor: send('POST', '/operator/hypervisors', 201, AddHypervisor, HypervisorView),
  listHypervisors: get('/operator/hypervisors', List, listOf(HypervisorView)),
  getHypervisor: get(hypervisor, none, HypervisorView),
  /** Refused while others use it, naming them. */
  removeHypervisor: guarded(remove(hypervisor, HypervisorView), ApprovalView),
  /** Waits for approval where it is bound to another, or has recovery points: whose nodes see them is changed by it. */
  bindHypervisor: guarded(send('PUT', `${hypervisor}/binding`, 200, BindHypervisor, HypervisorView), ApprovalView),
  /** Refused, naming them, if recovery points could not be restored until the tenant is bound again; `leavePoints` says yes. */
  unbindHypervisor: guarded(
    {
      ...remove(`${hypervisor}/binding`, HypervisorView),
      query: z.strictObject({ leavePoints: z.enum(['true', 'false']).default('false') }),
    },
    ApprovalView,
  ),
  /** Of a tenant hypervisor: whether what takes protection away waits for a second person. Switching that off does. */
  setProtection: guarded(send('PUT', `${hypervisor}/protection`, 200, SetProtection, HypervisorView), ApprovalView),
  /** Another access key for an account that is reached by one: tried first, then used instead. Jobs go on. */
  rotateKey: send('POST', `${hypervisor}/rotate-key`, 200, RotateKey, HypervisorView),
  /** The tenant's account is reached for nothing any more: open jobs are cancelled, none is begun. Asked again, it ends what is left. */
  revokeAccess: send('POST', `${hypervisor}/revoke`, 200, RevokeAccess, RevokedAccess),
  /** Refused unless its role can be assumed as it must be. */
  restoreAccess: send('POST', `${hypervisor}/restore-access`, 200, undefined, HypervisorView),
  /** Of a service hypervisor in another account: what is to be deployed there. */
  getHypervisorTemplate: get(`${hypervisor}/template`, none, Template),
  /** What is to be deployed in another account before its service hypervisor is added: what lets the control plane in. */
  getServiceAccessTemplate: get('/operator/templates/service-account', ServiceAccess, Template),
  /** Whether the roles that serve it have their permissions, and its queues, library and key are there. */
  checkServicePermissions: send('POST', `${hypervisor}/permissions/check`, 200, undefined, PermissionsReport),
  /** Looks for what the template makes; `ready` once all of it is there, else says what is missing. */
  checkHypervisor: send('POST', `${hypervisor}/check`, 200, undefined, HypervisorView),
  listAccessNodes: get(`${hypervisor}/access-nodes`, none, listOf(AccessNodeView)),
  addAccessNode: send('POST', `${hypervisor}/access-nodes`, 201, AddAccessNode, AddedAccessNode),
  drainAccessNode: send('POST', `${hypervisor}/access-nodes/{nodeId}/drain`, 200, undefined, AccessNodeView),
  removeAccessNode: remove(`${hypervisor}/access-nodes/{nodeId}`, AccessNodeView),
  /** VM groups of a service hypervisor: where its automatic access nodes are launched (O6). */
  addServiceVmGroup: send('POST', `${hypervisor}/vm-groups`, 201, VmGroupFields, VmGroupView),
  listServiceVmGroups: get(`${hypervisor}/vm-groups`, List, listOf(VmGroupView)),
  removeServiceVmGroup: remove(`${hypervisor}/vm-groups/{groupId}`, VmGroupView),
  /** Every tenant's jobs that are queued or under way. */
  listOpenJobs: get('/operator/jobs', List, listOf(JobView)),
  /** Every tenant's jobs that are not over, or ended within so many hours. */
  listRecentJobs: get('/operator/recent-jobs', RecentJobsQuery, RecentJobs),
  /** Tenant after tenant, how many of its instances are protected, late, or covered by no plan. Asks their accounts. */
  listProtection: get('/operator/protection', List, listOf(TenantProtection)),
  /** Tenant after tenant, what its libraries held whenever they were looked through. */
  listLibraryGrowth: get('/operator/library-growth', List, listOf(LibraryGrowth)),
  /** Tenant after tenant, what it has cost in a month, by calls that were counted. */
  listCosts: get('/operator/costs', List.extend({ month: Month.optional() }), CostsPage),
  /** How everything is, fact by fact: whether somebody has to look. */
  getHealth: get('/operator/health', none, HealthView),
  /** What was set aside: orders that access nodes died with, messages that name no order. */
  listQuarantine: get('/operator/quarantine', List, listOf(QuarantineView)),
  getQuarantined: get('/operator/quarantine/{quarantinedId}', none, QuarantineView),
  /** Takes it out; with `retry` the failed instances of an order's job are tried once more, where that may be. */
  releaseQuarantined: {
    ...send('POST', '/operator/quarantine/{quarantinedId}/release', 200, undefined, ReleasedView),
    query: z.strictObject({ retry: z.enum(['true', 'false']).default('true') }),
  },
  /** What was left behind anywhere, and what a sweep would remove of it. */
  planReaper: get('/operator/reaper', ReaperQuery, ReaperPlanView),
  /** Removes what the plan of that token removes; refused if the plan has become another one. */
  runReaper: send('POST', '/operator/reaper', 200, RunReaper, ReaperResult),
  /** Who did what, or was refused; one chain for the whole deployment. */
  listAuditEntries: get('/operator/audit', AuditQuery, AuditPage),
  /** What was kept of that chain outside of it, oldest first. */
  listAuditAnchors: get(
    '/operator/audit/anchors',
    z.strictObject({ limit: z.coerce.number().int().min(1).max(1_000).default(1_000), next: List.shape.next }),
    AuditAnchors,
  ),
} as const;

const approval = '/approver/approvals/{approvalId}';

/** For the role of approvers alone, which reaches nothing else: operators cannot approve. */
export const approverRoutes = {
  /** Of all tenants, newest first. */
  listApprovals: get('/approver/approvals', List.extend({ state: ApprovalState.optional() }), listOf(ApprovalView)),
  getApproval: get(approval, none, ApprovalView),
  /** Performs the request that was kept, in the name of who asked. Refused of one's own, and if anything has changed. */
  approve: send('POST', `${approval}/approve`, 200, Approve, ApprovalView),
  reject: send('POST', `${approval}/reject`, 200, Reject, ApprovalView),
} as const;

/** Of paths: each name in braces is of this form. */
export const PathParameters = {
  hypervisorId: HypervisorId,
  jobId: JobId,
  recoveryPointId: RecoveryPointId,
  groupId: VmGroupId,
  planId: PlanId,
  nodeId: NodeId,
  runId: LibraryRunId,
  approvalId: ApprovalId,
  quarantinedId: QuarantinedId,
} as const;
