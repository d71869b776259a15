/** What the documents call their schemas; everything else is written where it is used. */
import type { z } from 'zod';
import * as nodeViews from '../../core/contracts/access-node-views.ts';
import * as answers from '../../core/contracts/answers.ts';
import * as approvals from '../../core/contracts/approvals.ts';
import * as audit from '../../core/contracts/audit.ts';
import * as health from '../../core/contracts/health.ts';
import * as requests from '../../core/contracts/hypervisor-requests.ts';
import * as hypervisorViews from '../../core/contracts/hypervisor-views.ts';
import * as invitations from '../../core/contracts/invitations.ts';
import * as jobPath from '../../core/contracts/job-path.ts';
import * as jobs from '../../core/contracts/job-requests.ts';
import * as jobViews from '../../core/contracts/job-views.ts';
import * as library from '../../core/contracts/library-runs.ts';
import * as permissions from '../../core/contracts/permissions.ts';
import * as plans from '../../core/contracts/plans.ts';
import * as quarantine from '../../core/contracts/quarantine.ts';
import * as pointViews from '../../core/contracts/recovery-point-views.ts';
import * as groups from '../../core/contracts/vm-groups.ts';

const BOTH = {
  Problem: answers.Problem,
  Accepted: jobViews.Accepted,
  RecoveryPointView: pointViews.RecoveryPointView,
  RestorePreview: pointViews.RestorePreview,
  RetentionPlanView: pointViews.RetentionPlanView,
  RetentionResult: pointViews.RetentionResult,
  JobInstanceView: jobViews.JobInstanceView,
  StartBackup: jobs.StartBackup,
  StartSnapshot: jobs.StartSnapshot,
  StartBackupCopy: jobs.StartBackupCopy,
  RestoreTarget: jobs.RestoreTarget,
  VmGroupFields: groups.VmGroupFields,
  VmGroupView: groups.VmGroupView,
  VmGroupPreview: groups.VmGroupPreview,
  InstanceRule: groups.InstanceRule,
  VolumeRule: groups.VolumeRule,
  ScheduleFields: plans.ScheduleFields,
  Retention: plans.Retention,
} as const;

const TENANTS = {
  TenantHypervisorView: hypervisorViews.TenantHypervisorView,
  TenantApprovalView: approvals.TenantApprovalView,
  TenantJobView: jobViews.TenantJobView,
  TenantStartRestore: jobs.TenantStartRestore,
  TenantPlanFields: plans.TenantPlanFields,
  TenantPlanView: plans.TenantPlanView,
} as const;

const OPERATORS = {
  HypervisorView: hypervisorViews.HypervisorView,
  ApprovalView: approvals.ApprovalView,
  JobView: jobViews.JobView,
  JobPath: jobPath.JobPath,
  AccessNodeView: nodeViews.AccessNodeView,
  AddedAccessNode: nodeViews.AddedAccessNode,
  PermissionsReport: permissions.PermissionsReport,
  Template: hypervisorViews.Template,
  StartLibraryRun: library.StartLibraryRun,
  LibraryRunView: library.LibraryRunView,
  LibraryOutcome: library.LibraryOutcome,
  StartRestore: jobs.StartRestore,
  PlanFields: plans.PlanFields,
  PlanView: plans.PlanView,
  InviteTenant: invitations.InviteTenant,
  InvitationView: invitations.InvitationView,
  AddHypervisor: requests.AddHypervisor,
  BindHypervisor: requests.BindHypervisor,
  HealthView: health.HealthView,
  HealthFact: health.HealthFact,
  QuarantineView: quarantine.QuarantineView,
  ReleasedView: quarantine.ReleasedView,
  AuditEntry: audit.AuditEntry,
  AuditAnchor: audit.AuditAnchor,
  AddAccessNode: requests.AddAccessNode,
} as const;

export const namedSchemas = (audience: 'tenant' | 'operator'): Readonly<Record<string, z.ZodType>> => ({
  ...BOTH,
  ...(audience === 'tenant' ? TENANTS : OPERATORS),
});
