/** The API's routes about one tenant, as the tenant and as operators reach them. Handlers, CLI and OpenAPI all read them. */
import { z } from 'zod';
import { listOf } from './answers.ts';
import { ApprovalState, ApprovalView, TenantApprovalView } from './approvals.ts';
import { TenantHypervisorView } from './hypervisor-views.ts';
import { InstanceId, PlainText } from './ids.ts';
import { InstanceList, Protection } from './instances.ts';
import { JobPath, JobPathQuery } from './job-path.ts';
import { StartBackup, StartBackupCopy, StartRestore, StartSnapshot, TenantStartRestore } from './job-requests.ts';
import { Accepted, JobState, JobType, JobView, TenantJobView } from './job-views.ts';
import { LibraryRunView, StartLibraryRun } from './library-runs.ts';
import { CheckedFeatures, PermissionsReport } from './permissions.ts';
import { PlanFields, PlanView, TenantPlanFields, TenantPlanView } from './plans.ts';
import { RecoveryPointView, RestorePreview, RetentionPlanView, RetentionResult } from './recovery-point-views.ts';
import { AsRead, get, guarded, List, none, remove, send } from './route.ts';
import { VmGroupFields, VmGroupPreview, VmGroupView } from './vm-groups.ts';

const JobList = List.extend({ type: JobType.optional(), state: JobState.optional() });

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
