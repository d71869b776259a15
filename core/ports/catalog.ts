/**
 * What the control plane remembers (DynamoDB). Conditional writes decide; a refused condition is answered as `false` or
 * `undefined`, never thrown; reads after writes are consistent. Absent and "not yours" look alike: every lookup of a
 * tenant's thing takes the tenant's id as part of its key.
 */

import type { BilledCalls } from '../contracts/billed-calls.ts';
import type {
  HypervisorId,
  JobId,
  LibraryRunId,
  NodeId,
  OrderId,
  PlanId,
  RecoveryPointId,
  VmGroupId,
} from '../contracts/ids.ts';
import type { Counters, OrderOutcome } from '../contracts/orders.ts';
import type { AccessNode } from '../domain/access-node.ts';
import type { Effect } from '../domain/effect.ts';
import type { Hypervisor, ServiceHypervisor, TenantHypervisor } from '../domain/hypervisor.ts';
import type { Job, JobError, JobInstance } from '../domain/job.ts';
import type { LibraryRun } from '../domain/library-run.ts';
import type { Order } from '../domain/order.ts';
import type { Plan, PlanAction } from '../domain/plan.ts';
import type { ProtectedInstance } from '../domain/protected-instance.ts';
import type { Share } from '../domain/quota.ts';
import type { PointOutline, RecoveryPoint } from '../domain/recovery-point.ts';
import type { VmGroup } from '../domain/vm-group.ts';
import type { Approvals } from './approvals.ts';
import type { Invitations } from './invitations.ts';
import type { Page, PageRequest } from './page.ts';
import type { Quarantine } from './quarantine.ts';
import type { Findings, ServiceIntents, Sweeps } from './sweeps.ts';
import type { Usage } from './usage.ts';

export type { Page, PageRequest };

export interface Hypervisors {
  /** False if the id, or a tenant hypervisor of the same account, exists. */
  add(hypervisor: Hypervisor): Promise<boolean>;
  get(hypervisorId: HypervisorId): Promise<Hypervisor | undefined>;
  /** The tenant hypervisor of an AWS account: there is at most one. */
  tenantOfAccount(accountId: string): Promise<TenantHypervisor | undefined>;
  list(page: PageRequest): Promise<Page<Hypervisor>>;
  /**
   * Sets a tenant's binding, or removes it, if it is still the one that the caller has read (`expected`), or is what it is
   * to be already. False if it has become another, or the tenant is gone or being removed.
   */
  bind(
    tenantId: HypervisorId,
    binding: TenantHypervisor['binding'] | undefined,
    expected: TenantHypervisor['binding'] | undefined,
  ): Promise<boolean>;
  /** Closes a tenant before it is removed, or opens it again. False if it is gone. */
  setRemoving(tenantId: HypervisorId, removing: boolean): Promise<boolean>;
  /**
   * Withdraws the access to a tenant's account, or gives it back, if it is withdrawn (or not) as the caller has `seen` it,
   * by its time and revision. False if it is gone or that has changed; also where the answer to a write that was done was lost.
   */
  setRevoked(
    tenantId: HypervisorId,
    revoked: TenantHypervisor['revoked'] | undefined,
    seen: TenantHypervisor['revoked'] | undefined,
  ): Promise<boolean>;
  /** Says which access key its secret holds by now, and whose that is. False if it is gone or comes in another way. */
  setAccessKeyId(hypervisorId: HypervisorId, accessKeyId: string, userArn: string): Promise<boolean>;
  /** Whether a second person is asked about a tenant's hypervisor. False if it is gone. */
  setApprovals(tenantId: HypervisorId, approvals: TenantHypervisor['approvals'] | undefined): Promise<boolean>;
  /** Tenants that are bound to a service hypervisor, in no order. */
  boundTo(serviceId: HypervisorId): Promise<readonly TenantHypervisor[]>;
  /** Sets fields of a service hypervisor; only while its state is one of `from` (any, if absent). False if refused or gone. */
  updateService(
    serviceId: HypervisorId,
    change: Partial<Pick<ServiceHypervisor, 'name' | 'state' | 'automaticNodes' | 'nodeControlRoleArn'>>,
    from?: readonly ServiceHypervisor['state'][],
  ): Promise<boolean>;
  /** Removes the record (and with it the hold on its account). Idempotent; whether it may go is the caller's to know. */
  remove(hypervisorId: HypervisorId): Promise<void>;
}

/** VM groups, each under its hypervisor. */
export interface VmGroups {
  /** False if a group of that id exists. */
  add(group: VmGroup): Promise<boolean>;
  get(hypervisorId: HypervisorId, groupId: VmGroupId): Promise<VmGroup | undefined>;
  list(hypervisorId: HypervisorId, page: PageRequest): Promise<Page<VmGroup>>;
  /** All that a plan protects. */
  ofPlan(hypervisorId: HypervisorId, planId: PlanId): Promise<readonly VmGroup[]>;
  /** Writes the group's fields anew; false if there is none, or (`ifUpdatedAt`) it was changed at another time. */
  replace(group: VmGroup, ifUpdatedAt?: number): Promise<boolean>;
  /** Idempotent. */
  remove(hypervisorId: HypervisorId, groupId: VmGroupId): Promise<void>;
}

/** Plans, each under its hypervisor. */
export interface Plans {
  add(plan: Plan): Promise<boolean>;
  get(hypervisorId: HypervisorId, planId: PlanId): Promise<Plan | undefined>;
  list(hypervisorId: HypervisorId, page: PageRequest): Promise<Page<Plan>>;
  /**
   * Writes the plan's fields anew, all but when it was due last; false if there is none, or (`ifUpdatedAt`) it was changed
   * at another time.
   */
  replace(plan: Plan, ifUpdatedAt?: number): Promise<boolean>;
  remove(hypervisorId: HypervisorId, planId: PlanId): Promise<void>;
  /** Notes the scheduled time of a run; an earlier one than is noted changes nothing. */
  noteDue(hypervisorId: HypervisorId, planId: PlanId, action: PlanAction, dueAt: number): Promise<void>;
}

/** Access nodes, each under its service hypervisor. */
export interface AccessNodes {
  /** Makes or replaces the record of a node that was not there, or describes one anew; what is not in `node` stays. */
  register(node: AccessNode): Promise<void>;
  get(serviceId: HypervisorId, nodeId: NodeId): Promise<AccessNode | undefined>;
  list(serviceId: HypervisorId): Promise<readonly AccessNode[]>;
  /** Notes what it holds; the record as it is then, or undefined if it was removed. */
  heartbeat(serviceId: HypervisorId, nodeId: NodeId, held: number, now: number): Promise<AccessNode | undefined>;
  setDraining(serviceId: HypervisorId, nodeId: NodeId, draining: boolean): Promise<boolean>;
  remove(serviceId: HypervisorId, nodeId: NodeId): Promise<void>;
}

export interface Jobs {
  /** False if a job of that id exists. */
  add(job: Job): Promise<boolean>;
  get(tenantId: HypervisorId, jobId: JobId): Promise<Job | undefined>;
  /** Newest first. */
  list(tenantId: HypervisorId, page: PageRequest): Promise<Page<Job>>;
  /**
   * Sets fields, or removes those that are undefined; only while the state is one of `from` (any, if absent). False if
   * refused. Only `reopen` opens a job that is not open: a change to an open state is refused from any other.
   */
  update(tenantId: HypervisorId, jobId: JobId, change: Partial<Job>, from?: readonly Job['state'][]): Promise<boolean>;

  /** Every tenant's jobs that are open (queued, running, waiting, cancelling), in no order. */
  open(page: PageRequest): Promise<Page<Job>>;
  /** Of these, one tenant's: none of another is read for it. There are a few hundred at most (MOST_OPEN_JOBS). */
  openOf(tenantId: HypervisorId): Promise<readonly Job[]>;
  /**
   * Begins the next attempt of a job in one of the states `from`, whose attempt is `attempt - 1`: state `queued`; what the
   * attempt before it left (error, end, requests to cancel or suspend, execution) is removed. False if refused. `under`: noted as
   * `reopenedUnder` with it.
   */
  reopen(
    tenantId: HypervisorId,
    jobId: JobId,
    attempt: number,
    from: readonly Job['state'][],
    under?: string,
  ): Promise<boolean>;

  /** Makes the child record if it is absent. */
  addInstance(instance: JobInstance): Promise<void>;
  instances(jobId: JobId): Promise<readonly JobInstance[]>;
  instance(jobId: JobId, instanceId: string): Promise<JobInstance | undefined>;
  /**
   * Sets fields of a child record that exists; `counters` are set, not added. Only while its phase is one of `from` (any,
   * if absent): false if refused.
   */
  updateInstance(
    jobId: JobId,
    instanceId: string,
    change: Partial<JobInstance>,
    from?: readonly JobInstance['phase'][],
  ): Promise<boolean>;
  /**
   * Puts a child back to the start of a new attempt: `waiting`, no counters, no error, no result.
   * What the job's selection and its finished copies have put there stays.
   */
  resetInstance(jobId: JobId, instanceId: string, now: number): Promise<void>;
  /**
   * Adds to a child's counters, and to those of the volume that was moved, if its progress is measured; one atomic write.
   * `volume`: from when until when it was moved (ms since 1970).
   */
  addCounters(
    jobId: JobId,
    instanceId: string,
    delta: Counters,
    volume?: { readonly volumeId: string; readonly from: number; readonly until: number },
  ): Promise<void>;
}

export interface ProtectedInstances {
  get(tenantId: HypervisorId, instanceId: string): Promise<ProtectedInstance | undefined>;
  list(tenantId: HypervisorId): Promise<readonly ProtectedInstance[]>;
  /**
   * Takes the lease if nobody holds it, or `owner` does already (then the fence stays), or `formerOwner` (whose attempt
   * the caller knows to be terminal) does. Answers the record, or undefined when somebody else holds it.
   */
  lock(
    tenantId: HypervisorId,
    instanceId: string,
    owner: string,
    formerOwner?: string,
  ): Promise<ProtectedInstance | undefined>;
  /**
   * The one write that commits: IF owner = :owner AND fence = :fence SET committed = :point, and with it `head` or
   * `snapshotHead` where the point becomes that. True also if `committed` is it already. `begunAt`: of a point in a
   * library, when its record was made; refused if that is before the instance's barrier.
   */
  commit(
    tenantId: HypervisorId,
    instanceId: string,
    owner: string,
    fence: number,
    point: RecoveryPointId,
    becomes: 'head' | 'snapshotHead' | 'neither',
    begunAt?: number,
  ): Promise<boolean>;
  /** Raises the barrier of each of a tenant's instances that has a lower one or none; see ProtectedInstance. */
  raiseBarrier(tenantId: HypervisorId, before: number): Promise<void>;
  /** Gives the lease back if `owner` holds it. */
  unlock(tenantId: HypervisorId, instanceId: string, owner: string): Promise<void>;
}

export interface RecoveryPoints {
  /** Makes the pending record if it is absent. */
  add(point: RecoveryPoint): Promise<void>;
  get(tenantId: HypervisorId, recoveryPointId: RecoveryPointId): Promise<RecoveryPoint | undefined>;
  /** Newest first; of one instance, or of all. */
  list(tenantId: HypervisorId, instanceId: string | undefined, page: PageRequest): Promise<Page<RecoveryPoint>>;
  /** Of one instance, newest first, without their volumes: two reads for a hundred of them. */
  outlines(tenantId: HypervisorId, instanceId: string, page: PageRequest): Promise<Page<PointOutline>>;
  update(
    tenantId: HypervisorId,
    recoveryPointId: RecoveryPointId,
    change: Partial<Omit<RecoveryPoint, 'volumes' | 'filledBy'>>,
  ): Promise<void>;
  /**
   * Sets what a point's volumes are, only while it is pending and `attempt`'s; `final`: all of their data is known, and
   * what is not final is refused from then on. False if refused: it is committed, given up or a later attempt's by now.
   */
  fill(
    tenantId: HypervisorId,
    recoveryPointId: RecoveryPointId,
    attempt: number,
    filling: Pick<RecoveryPoint, 'volumes' | 'verification'>,
    final?: 'final',
  ): Promise<boolean>;
  /**
   * Puts a point under legal hold, or lifts it, if the hold is the one that the caller has `seen`. False if it is another
   * by now, or the point is gone; also where the answer to a write that was done was lost.
   */
  setLegalHold(
    tenantId: HypervisorId,
    recoveryPointId: RecoveryPointId,
    hold: RecoveryPoint['legalHold'] | undefined,
    seen: RecoveryPoint['legalHold'] | undefined,
  ): Promise<boolean>;
  /** Notes that a point is locked until then (ms since 1970), unless it is for longer already, or is not there. */
  lockUntil(tenantId: HypervisorId, recoveryPointId: RecoveryPointId, until: number): Promise<void>;
  /** `available` → `expired`, unless it is under legal hold or locked by now. False if refused. */
  expire(tenantId: HypervisorId, recoveryPointId: RecoveryPointId, now: number): Promise<boolean>;
}

export interface Orders {
  /** Makes the records that are absent; any number. */
  add(orders: readonly Order[]): Promise<void>;
  get(orderId: OrderId): Promise<Order | undefined>;
  /** Of one attempt, or of one instance of it, in no order. */
  ofAttempt(jobId: JobId, attempt: number, instanceId?: string): Promise<readonly Order[]>;
  /**
   * Takes an order that is queued or failed, or that `seen` (the record as the caller read it: same claim, same
   * heartbeatAt) still describes. Counts `claim` up. Undefined if it has changed in between. `more`: which process of the
   * node it is, which claims ended without a word so far, and who has held it.
   */
  claim(
    orderId: OrderId,
    seen: Order,
    nodeId: string,
    tokenHash: string,
    now: number,
    more?: Pick<Order, 'processId' | 'deaths' | 'holders'>,
  ): Promise<Order | undefined>;
  /** Notes that a task token (by its hash) speaks for this order; false if it was noted for another before. */
  bindToken(tokenHash: string, orderId: OrderId): Promise<boolean>;
  /** Records a heartbeat of the present claim; the record before it, or undefined if the claim is not present any more. */
  heartbeat(orderId: OrderId, claim: number, counters: Counters, now: number): Promise<Order | undefined>;
  /** Sets the outcome (and what was called for it) if none is there and the claim is present; answers the outcome that is there then, if any. */
  complete(
    orderId: OrderId,
    claim: number,
    outcome: OrderOutcome,
    calls?: BilledCalls,
  ): Promise<OrderOutcome | undefined>;
  /** Back to `queued`, or `failed` with the error that says why, if the claim is present. */
  release(
    orderId: OrderId,
    claim: number,
    state: 'queued' | 'failed',
    error?: JobError,
    calls?: BilledCalls,
  ): Promise<boolean>;
  /** Nobody may claim it any more; what is done or in quarantine stays as it is. */
  close(orderId: OrderId): Promise<void>;
}

/** What orders were given of a tenant account's quota of EBS direct calls. */
export interface Quotas {
  /**
   * Replaces the shares by what `decide` makes of them, as one step: it is called again where others came between.
   * Throws TransientFailure where that goes on for too long.
   */
  change<T>(
    tenantId: HypervisorId,
    call: 'get' | 'put',
    decide: (shares: readonly Share[]) => { readonly shares: readonly Share[]; readonly answer: T },
  ): Promise<T>;
}

/** Library runs, each under its tenant; and who may change a library. */
export interface LibraryRuns {
  /** False if a run of that id exists. */
  add(run: LibraryRun): Promise<boolean>;
  get(tenantId: HypervisorId, runId: LibraryRunId): Promise<LibraryRun | undefined>;
  /** Newest first. */
  list(tenantId: HypervisorId, page: PageRequest): Promise<Page<LibraryRun>>;
  /** Of one tenant, all that are open, however old; newest first. None that has ended is read for it. */
  openOf(tenantId: HypervisorId): Promise<readonly LibraryRun[]>;
  /** Sets fields, or removes those that are undefined; only while the state is one of `from`. False if refused. */
  update(
    tenantId: HypervisorId,
    runId: LibraryRunId,
    change: Partial<LibraryRun>,
    from: readonly LibraryRun['state'][],
  ): Promise<boolean>;
  /**
   * Who alone may change the tenant's part of that service hypervisor's library: taken if nobody has it, or `runId` has,
   * or `former` (that the caller knows to have ended). Answers who has it then.
   */
  hold(
    tenantId: HypervisorId,
    serviceId: HypervisorId,
    runId: LibraryRunId,
    former?: LibraryRunId,
  ): Promise<LibraryRunId>;
  /** Idempotent; another's hold stays. */
  letGo(tenantId: HypervisorId, serviceId: HypervisorId, runId: LibraryRunId): Promise<void>;
  /**
   * When the control plane was told of that generation of what is condemned (ms since 1970): `now`, if it is the first
   * time.
   */
  noteCondemned(tenantId: HypervisorId, serviceId: HypervisorId, generation: number, now: number): Promise<number>;
  /** The last generation that was noted; 0 for none. */
  latestCondemned(tenantId: HypervisorId, serviceId: HypervisorId): Promise<number>;
}

export interface Effects {
  /** Records the intent, if there is no record of that id; answers the record. */
  intend(effect: Effect): Promise<Effect>;
  update(effect: Effect, change: Partial<Pick<Effect, 'state' | 'resourceIds' | 'inUse'>>): Promise<void>;
  ofAttempt(jobId: JobId, attempt: number): Promise<readonly Effect[]>;
}

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
