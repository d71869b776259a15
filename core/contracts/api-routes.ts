/**
 * The REST API's routes. Handlers, CLI and the OpenAPI document all read these. Every POST takes an `Idempotency-Key`
 * header: asked again with the same key and body, it answers as it did and does nothing. What removes by a token, and what
 * takes something out, does nothing either, but says that the plan is another one by now, or that it is not there.
 */
import { z } from 'zod';
import { AccessNodeView, AddedAccessNode } from './access-node-views.ts';
import { listOf } from './answers.ts';
import { ApprovalState, ApprovalView, Approve, Reject, SetProtection, TenantApprovalView } from './approvals.ts';
import { AuditAnchors, AuditPage, AuditQuery } from './audit.ts';
import { CostsPage, Month } from './costs.ts';
import { HealthView } from './health.ts';
import { AddAccessNode, AddHypervisor, BindHypervisor, ServiceAccess } from './hypervisor-requests.ts';
import { HypervisorView, Template, TenantHypervisorView } from './hypervisor-views.ts';
import {
  ApprovalId,
  HypervisorId,
  InstanceId,
  JobId,
  LibraryRunId,
  NodeId,
  PlainText,
  PlanId,
  RecoveryPointId,
  VmGroupId,
} from './ids.ts';
import { InstanceList, Protection } from './instances.ts';
import { InvitationView, InviteTenant } from './invitations.ts';
import { JobPath, JobPathQuery } from './job-path.ts';
import { StartBackup, StartBackupCopy, StartRestore, StartSnapshot, TenantStartRestore } from './job-requests.ts';
import { Accepted, JobState, JobType, JobView, TenantJobView } from './job-views.ts';
import { LibraryRunView, StartLibraryRun } from './library-runs.ts';
import { LibraryGrowth, RecentJobs, RecentJobsQuery, TenantProtection } from './overview.ts';
import { CheckedFeatures, PermissionsReport } from './permissions.ts';
import { PlanFields, PlanView, TenantPlanFields, TenantPlanView } from './plans.ts';
import { QuarantinedId, QuarantineView, ReleasedView } from './quarantine.ts';
import { ReaperPlanView, ReaperQuery, ReaperResult, RunReaper } from './reaper.ts';
import { RecoveryPointView, RestorePreview, RetentionPlanView, RetentionResult } from './recovery-point-views.ts';
import { RevokeAccess, RevokedAccess, RotateKey } from './tenant-access.ts';
import { VmGroupFields, VmGroupPreview, VmGroupView } from './vm-groups.ts';

export const List = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(25),
  next: z.string().min(1).max(2_048).optional(),
});
const none = z.strictObject({});
const JobList = List.extend({ type: JobType.optional(), state: JobState.optional() });

/** Refused (409) if it was changed after the `updatedAt` that the caller was answered. Absent: it is written over. */
const AsRead = z.strictObject({ ifUpdatedAt: z.iso.datetime().optional() });

const get = <const Path extends string, Query extends z.ZodType, Answer extends z.ZodType>(
  path: Path,
  query: Query,
  answer: Answer,
) => ({ method: 'GET', path, query, body: undefined, status: 200, answer }) as const;
const send = <
  const Method extends 'POST' | 'PUT',
  const Path extends string,
  const Status extends number,
  Body extends z.ZodType | undefined,
  Answer extends z.ZodType,
>(
  method: Method,
  path: Path,
  status: Status,
  body: Body,
  answer: Answer,
) => ({ method, path, query: none, body, status, answer }) as const;
const remove = <const Path extends string, Answer extends z.ZodType>(path: Path, answer: Answer) =>
  ({ method: 'DELETE', path, query: none, body: undefined, status: 200, answer }) as const;
/** Where two-person approval is on it answers 202 with `pending`, and does nothing until a second person has approved it. */
const guarded = <const Guarded extends object, Pending extends z.ZodType>(route: Guarded, pending: Pending) =>
  ({ ...route, pending }) as const;

/**
 * Tenant routes take the tenant from the signed caller's account. Operator routes have a role of their own; those below
 * `/operator/tenants/{hypervisorId}` do for a named tenant what the tenant's routes do for the caller.
 */
const onTenant = <
  Job extends z.ZodType,
  Plan extends z.ZodType,
  Fields extends z.ZodType,
  Restore extends z.ZodType,
  Approval extends z.ZodType,
>(
  job: Job,
  plan: Plan,
  planFields: Fields,
  restore: Restore,
  approval: Approval,
) =>
  ({
    startBackup: send('POST', '/backups', 202, StartBackup, Accepted),
    startSnapshot: send('POST', '/snapshots', 202, StartSnapshot, Accepted),
    startBackupCopy: send('POST', '/backup-copies', 202, StartBackupCopy, Accepted),
    startRestore: send('POST', '/restores', 202, restore, Accepted),
    previewRestore: send('POST', '/restores/dry-run', 200, restore, RestorePreview),
    listJobs: get('/jobs', JobList, listOf(job)),
    getJob: get('/jobs/{jobId}', none, job),
    cancelJob: send('POST', '/jobs/{jobId}/cancel', 202, undefined, job),
    suspendJob: send('POST', '/jobs/{jobId}/suspend', 202, undefined, job),
    resumeJob: send('POST', '/jobs/{jobId}/resume', 202, undefined, job),
    /** Of a job that has ended: its failed (or cancelled) instances, in a new attempt. */
    retryJob: send('POST', '/jobs/{jobId}/retry', 202, undefined, job),
    /** Every instance of the account, and those that are gone and have recovery points; by name. */
    listInstances: get(
      '/instances',
      List.extend({
        protection: Protection.optional(),
        /** Of the name, or the id: any part of it. */
        text: z.string().min(1).max(256).optional(),
      }),
      InstanceList,
    ),
    listRecoveryPoints: get(
      '/recovery-points',
      List.extend({
        instanceId: InstanceId.optional(),
        /** `all` shows also those that are pending, abandoned or expired. */
        state: z.enum(['available', 'all']).default('available'),
      }),
      listOf(RecoveryPointView),
    ),
    getRecoveryPoint: get('/recovery-points/{recoveryPointId}', none, RecoveryPointView),
    holdRecoveryPoint: send(
      'PUT',
      '/recovery-points/{recoveryPointId}/legal-hold',
      200,
      z.strictObject({ reason: PlainText.min(1).max(1_024) }),
      RecoveryPointView,
    ),
    releaseRecoveryPoint: guarded(remove('/recovery-points/{recoveryPointId}/legal-hold', RecoveryPointView), approval),
    /** Refused of one that is held, locked or in use; of the newest of its instance only `evenNewest` says yes. */
    deleteRecoveryPoint: guarded(
      {
        ...remove('/recovery-points/{recoveryPointId}', RetentionResult),
        query: z.strictObject({ evenNewest: z.enum(['true', 'false']).default('false') }),
      },
      approval,
    ),
    planRetention: get('/retention', none, RetentionPlanView),
    /** Removes what the plan of that token removes; refused if the plan has become another one. */
    runRetention: guarded(
      send('POST', '/retention', 200, z.strictObject({ token: z.string().min(1).max(128) }), RetentionResult),
      approval,
    ),
    addVmGroup: send('POST', '/vm-groups', 201, VmGroupFields, VmGroupView),
    listVmGroups: get('/vm-groups', List, listOf(VmGroupView)),
    /** What rules would match that are no group yet. */
    previewRules: send(
      'POST',
      '/vm-groups/preview',
      200,
      z.strictObject({ match: VmGroupFields.shape.match, exclude: VmGroupFields.shape.exclude }),
      VmGroupPreview,
    ),
    getVmGroup: get('/vm-groups/{groupId}', none, VmGroupView),
    previewVmGroup: get('/vm-groups/{groupId}/preview', none, VmGroupPreview),
    replaceVmGroup: { ...send('PUT', '/vm-groups/{groupId}', 200, VmGroupFields, VmGroupView), query: AsRead },
    removeVmGroup: remove('/vm-groups/{groupId}', VmGroupView),
    addPlan: send('POST', '/plans', 201, planFields, plan),
    listPlans: get('/plans', List, listOf(plan)),
    getPlan: get('/plans/{planId}', none, plan),
    /** Waits for approval where it keeps less than before. */
    replacePlan: guarded({ ...send('PUT', '/plans/{planId}', 200, planFields, plan), query: AsRead }, approval),
    removePlan: guarded(remove('/plans/{planId}', plan), approval),
    /** Newest first: what waits for a second person of the provider, and what became of it. */
    listApprovals: get('/approvals', List.extend({ state: ApprovalState.optional() }), listOf(approval)),
    getApproval: get('/approvals/{approvalId}', none, approval),
  }) as const;

export const tenantRoutes = {
  getOpenApi: get('/openapi.json', none, z.record(z.string(), z.unknown())),
  getOwnHypervisor: get('/hypervisor', none, TenantHypervisorView),
  ...onTenant(TenantJobView, TenantPlanView, TenantPlanFields, TenantStartRestore, TenantApprovalView),
} as const;

/** The tenant routes as an operator reaches them. */
export const operatorTenantPrefix = '/operator/tenants/{hypervisorId}';
export const operatorTenantRoutes = {
  ...onTenant(JobView, PlanView, PlanFields, StartRestore, ApprovalView),
  getJobPath: get('/jobs/{jobId}/path', JobPathQuery, JobPath),
  checkPermissions: {
    ...send('POST', '/permissions/check', 200, undefined, PermissionsReport),
    query: CheckedFeatures,
  },
  /**
   * Checks, counts, repairs or prunes the tenant's library. A tenant never sees these runs. Waits for approval where it
   * changes another library than that of the present binding, or accepts damage.
   */
  startLibraryRun: guarded(send('POST', '/library-runs', 201, StartLibraryRun, LibraryRunView), ApprovalView),
  listLibraryRuns: get('/library-runs', List, listOf(LibraryRunView)),
  getLibraryRun: get('/library-runs/{runId}', none, LibraryRunView),
  cancelLibraryRun: send('POST', '/library-runs/{runId}/cancel', 202, undefined, LibraryRunView),
} as const;

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

/** Whatever the views show: for code that serves both sides. */
export type OnTenantRoutes = { readonly [Name in keyof TenantOwn]: Served<TenantOwn[Name]> };
type TenantOwn = Omit<typeof tenantRoutes, 'getOpenApi' | 'getOwnHypervisor'>;
type Served<R> = R extends {
  readonly method: infer Method;
  readonly path: infer Path extends string;
  readonly query: infer Query;
  readonly body: infer Body;
  readonly answer: infer Answer;
}
  ? {
      readonly method: Method;
      readonly path: Path;
      readonly query: z.ZodType<z.output<Query>>;
      readonly body: Body extends z.ZodType ? z.ZodType<z.output<Body>> : undefined;
      readonly status: number;
      readonly answer: z.ZodType<unknown, z.input<Answer>>;
    }
  : never;
