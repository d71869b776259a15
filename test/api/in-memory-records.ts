/** What the in-memory catalog keeps; tests put records in and look at them as they like. */

import type { AccessNode } from '../../core/domain/access-node.ts';
import type { Approval } from '../../core/domain/approval.ts';
import type { Effect } from '../../core/domain/effect.ts';
import { InvalidRequest } from '../../core/domain/errors.ts';
import type { RecordedFinding } from '../../core/domain/finding.ts';
import type { Hypervisor } from '../../core/domain/hypervisor.ts';
import type { Invitation } from '../../core/domain/invitation.ts';
import type { Job, JobInstance } from '../../core/domain/job.ts';
import type { LibraryRun } from '../../core/domain/library-run.ts';
import type { Order } from '../../core/domain/order.ts';
import type { Plan } from '../../core/domain/plan.ts';
import type { ProtectedInstance } from '../../core/domain/protected-instance.ts';
import type { StrayMessage, Suspect } from '../../core/domain/quarantine.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { ServiceIntent } from '../../core/domain/service-intent.ts';
import type { VmGroup } from '../../core/domain/vm-group.ts';
import type { Page, PageRequest } from '../../core/ports/page.ts';
import type { ClaimCalls, MonthOfCalls, RemovedTenant } from '../../core/ports/usage.ts';

/** By id, but where it says otherwise. */
export interface Records {
  readonly hypervisors: Map<string, Hypervisor>;
  /** By account. */
  readonly invitations: Map<string, Invitation>;
  readonly vmGroups: Map<string, VmGroup>;
  readonly plans: Map<string, Plan>;
  /** By `<service> <node>`. */
  readonly nodes: Map<string, AccessNode>;
  readonly jobs: Map<string, Job>;
  readonly instances: JobInstance[];
  /** By `<tenant> <instance>`. */
  readonly protectedInstances: Map<string, ProtectedInstance>;
  readonly points: Map<string, RecoveryPoint>;
  readonly orders: Map<string, Order>;
  readonly strayMessages: Map<string, StrayMessage>;
  /** By node. */
  readonly suspects: Map<string, Suspect>;
  readonly approvals: Map<string, Approval>;
  readonly libraryRuns: Map<string, LibraryRun>;
  /** Run by `<tenant> <service>`. */
  readonly libraryHolders: Map<string, string>;
  readonly libraryGenerations: Map<string, number>;
  /** Order by hash. */
  readonly tokens: Map<string, string>;
  /** By `<job> <attempt> <effect>`. */
  readonly effects: Map<string, Effect>;
  /** By `<place>#<finding>`. */
  readonly findings: Map<string, RecordedFinding>;
  readonly serviceIntents: Map<string, ServiceIntent>;
  /** By `<job> <attempt> <order> <claim>`. */
  readonly claimCalls: Map<string, ClaimCalls>;
  /** By `<tenant> <month>`. */
  readonly monthsOfCalls: Map<string, MonthOfCalls>;
  readonly removedTenants: Map<string, RemovedTenant>;
}

export const emptyRecords = (): Records => ({
  hypervisors: new Map(),
  invitations: new Map(),
  vmGroups: new Map(),
  plans: new Map(),
  nodes: new Map(),
  jobs: new Map(),
  instances: [],
  protectedInstances: new Map(),
  points: new Map(),
  orders: new Map(),
  strayMessages: new Map(),
  suspects: new Map(),
  approvals: new Map(),
  libraryRuns: new Map(),
  libraryHolders: new Map(),
  libraryGenerations: new Map(),
  tokens: new Map(),
  effects: new Map(),
  findings: new Map(),
  serviceIntents: new Map(),
  claimCalls: new Map(),
  monthsOfCalls: new Map(),
  removedTenants: new Map(),
});

/** The record with the fields set; those that are undefined are removed. */
export const changed = <T extends object>(
  record: T,
  change: { readonly [Field in keyof T]?: T[Field] | undefined },
): T => Object.fromEntries(Object.entries({ ...record, ...change }).filter(([, value]) => value !== undefined)) as T;

export const pageOf = <T>(all: readonly T[], { limit, next }: PageRequest): Page<T> => {
  const from = next === undefined ? 0 : Number(next);
  if (!Number.isInteger(from) || from < 0)
    throw new InvalidRequest('next is not a cursor of this list', { field: 'next' });
  return { items: all.slice(from, from + limit), ...(from + limit < all.length ? { next: String(from + limit) } : {}) };
};

/** Those of a tenant, newest first; of one time, the one with the greater id. */
export const newestFirst = <T extends { readonly tenantId: string }>(
  all: Iterable<T>,
  tenantId: string,
  of: (record: T) => { readonly time: number; readonly id: string },
): T[] =>
  [...all]
    .filter((each) => each.tenantId === tenantId)
    .sort((a, b) => of(b).time - of(a).time || (of(b).id < of(a).id ? -1 : 1));
