import type { AuditLog } from '../../ports/audit.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions, Queues, Schedules, Secrets, Sha256 } from '../../ports/control.ts';
import type { BrokerNames, NodeRoles } from '../../ports/node-access.ts';
import type { ServiceAccounts } from '../../ports/service-account.ts';
import type { OpenUploads, ScheduleList } from '../../ports/sweeps.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';

export interface ReaperDeps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly executions: Executions;
  readonly schedules: Schedules;
  readonly scheduleList: ScheduleList;
  readonly uploads: OpenUploads;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly serviceAccounts: ServiceAccounts;
  readonly nodeRoles: NodeRoles;
  readonly brokerNames: BrokerNames;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly sha256: Sha256;
  readonly settings: {
    readonly stage: string;
    readonly controlPlaneAccountId: string;
    /** How long after its job's end, or after it was begun, something is left alone, ms. */
    readonly graceMs: number;
  };
}
