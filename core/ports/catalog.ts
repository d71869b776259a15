/**
 * What the control plane remembers (DynamoDB). Conditional writes decide; a refused condition is answered as `false` or
 * `undefined`, never thrown; reads after writes are consistent. Absent and "not yours" look alike: every lookup of a
 * tenant's thing takes the tenant's id as part of its key.
 */
import type { AccessNodes } from './access-nodes.ts';
import type { Approvals } from './approvals.ts';
import type { Effects } from './effects.ts';
import type { Hypervisors } from './hypervisors.ts';
import type { Invitations } from './invitations.ts';
import type { Jobs } from './jobs.ts';
import type { LibraryRuns } from './library-runs.ts';
import type { Orders } from './orders.ts';
import type { Plans } from './plans.ts';
import type { ProtectedInstances } from './protected-instances.ts';
import type { Quarantine } from './quarantine.ts';
import type { Quotas } from './quotas.ts';
import type { RecoveryPoints } from './recovery-points.ts';
import type { Findings, ServiceIntents, Sweeps } from './sweeps.ts';
import type { Usage } from './usage.ts';
import type { VmGroups } from './vm-groups.ts';

export interface Catalog {
  readonly hypervisors: Hypervisors;
  readonly invitations: Invitations;
  readonly jobs: Jobs;
  readonly instances: ProtectedInstances;
  readonly points: RecoveryPoints;
  readonly orders: Orders;
  readonly quarantine: Quarantine;
  readonly effects: Effects;
  readonly quotas: Quotas;
  readonly vmGroups: VmGroups;
  readonly plans: Plans;
  readonly nodes: AccessNodes;
  readonly libraryRuns: LibraryRuns;
  readonly approvals: Approvals;
  readonly findings: Findings;
  readonly sweeps: Sweeps;
  readonly serviceIntents: ServiceIntents;
  readonly usage: Usage;
}
