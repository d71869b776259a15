import type { HypervisorId } from '../../contracts/ids.ts';
import type { BrokerRequest, ClaimResponse, OrderCredentials, OrderLock } from '../../contracts/orders.ts';
import { HoldfastError, TransientFailure } from '../../domain/errors.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import { jobError } from '../../domain/job-error.ts';
import { shortestLock } from '../../domain/library-lock.ts';
import { type Order, withHolder } from '../../domain/order.ts';
import { deathsSoFar, SUSPECT_DEATHS, verdictOn } from '../../domain/quarantine.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256, TaskTokens, WorkArea } from '../../ports/control.ts';
import type { OrderSessions } from '../../ports/tenant-scope.ts';
import { serviceOf } from '../tenant-of-job.ts';
import type { TellUncounted } from '../usage/tell-uncounted.ts';
import { SILENT_HEARTBEATS, takeBlockRate } from './block-rate.ts';
import { libraryAccess } from './library-access.ts';
import { issueCredentials } from './order-credentials.ts';
import { tenantOfOrder, whyGone } from './order-life.ts';
import { orderOfNodes } from './order-of-nodes.ts';
import { isKeptForAnother, liveNodes, mayTakeSuspect, quarantineOrder } from './quarantine-order.ts';

export interface BrokerDeps {
  readonly catalog: Catalog;
  readonly sessions: OrderSessions;
  readonly work: WorkArea;
  readonly tokens: TaskTokens;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** How often a node calls; a claim is lost to another node after two and a quarter of it without a call. */
  readonly heartbeatSeconds: number;
  /** GetSnapshotBlock calls a second, and as many PutSnapshotBlock, for all orders of one tenant account together. */
  readonly blockRate: number;
  readonly tellUncounted: TellUncounted;
  /** Fails if what is noted besides takes longer than a node's answer can wait: it may be done all the same. */
  readonly inTime: <T>(work: Promise<T>) => Promise<T>;
}

type Claim = Extract<BrokerRequest, { operation: 'claimOrder' }>;

/**
 * Gives an order to a node, with credentials for exactly that order. What proves the claim is the task token: it comes
 * in the order's message and nowhere else, it is alive only while the attempt wants this order done, and it binds to
 * the order with the first claim (the record keeps its hash). See docs/decisions/0002-task-token-proves-the-claim.md.
 */
export const createClaimOrder =
  (deps: BrokerDeps) =>
  async (
    { orderId, taskToken, nodeId, processId, holding = 0 }: Claim,
    serviceId: HypervisorId,
  ): Promise<ClaimResponse> => {
    const { catalog, clock, tokens, sha256 } = deps;
    const order = await orderOfNodes(catalog, orderId, serviceId);
    if (!order) return { outcome: 'gone', reason: 'there is no such order' };
    if (order.outcome) return { outcome: 'done', result: order.outcome };
    const gone = await whyGone(catalog, order);
    if (gone) return { outcome: 'gone', reason: gone };
    const tokenHash = sha256(taskToken);
    const isSilent = clock.now() - (order.heartbeatAt ?? 0) >= deps.heartbeatSeconds * SILENT_HEARTBEATS * 1_000;
    if (!isSilent && isHeld(order, nodeId, tokenHash)) return { outcome: 'held' };
    if (!(await tokens.heartbeat(taskToken))) return { outcome: 'gone', reason: 'its task has ended' };
    if (!(await catalog.orders.bindToken(tokenHash, orderId)))
      return { outcome: 'gone', reason: 'its task token speaks for another order' };
    const deaths = deathsSoFar(order, { nodeId, processId }, isSilent);
    const live = deaths.length < SUSPECT_DEATHS ? [] : await liveNodes(deps, serviceId);
    const verdict = verdictOn(deaths, nodeId, live);
    if (order.state === 'quarantined' || verdict === 'quarantine')
      return quarantineOrder(deps, order, deaths, taskToken);
    if (verdict === 'not to this node') return { outcome: 'held' };
    const mayTake =
      verdict === 'give alone'
        ? await mayTakeSuspect(deps, nodeId, orderId, holding)
        : !(await isKeptForAnother(deps, nodeId, orderId));
    if (!mayTake) return { outcome: 'held' };
    const more = {
      ...(processId === undefined ? {} : { processId }),
      ...(deaths.length > 0 ? { deaths } : {}),
      holders: withHolder(order.holders, { nodeId, tokenHash }),
    };
    const claimed = await catalog.orders.claim(orderId, order, nodeId, tokenHash, clock.now(), more);
    if (!claimed) return { outcome: 'held' };
    await markTransferring(catalog, clock, claimed);

    let tenant: TenantHypervisor;
    let service: ServiceHypervisor;
    let credentials: OrderCredentials;
    try {
      tenant = await tenantOfOrder(catalog, claimed);
      service = await serviceOf(catalog, claimed.serviceId);
      credentials = await issueCredentials(deps.sessions, claimed, tenant);
    } catch (error) {
      if (!(error instanceof HoldfastError) || error instanceof TransientFailure) throw error;
      // It will not get better: the node cannot work without them, and the job must end by this error's name.
      await catalog.orders.release(
        orderId,
        claimed.claim,
        'failed',
        jobError(error.name, error.message, error.tenantMessage),
      );
      await tokens.fail(taskToken, error.name, error.message);
      return { outcome: 'gone', reason: `${error.name}: ${error.message}` };
    }
    return {
      outcome: 'yours',
      claim: claimed.claim,
      jobId: claimed.jobId,
      attempt: claimed.attempt,
      tenantAccountId: tenant.accountId,
      tenantRegion: tenant.region,
      ...(claimed.kind === 'maintain-library' ? {} : { instanceId: claimed.instanceId }),
      ...(claimed.kind === 'complete-snapshots' ? {} : { libraryAccess: libraryAccess(service, tenant) }),
      ...(claimed.kind === 'maintain-library' ? { maintenance: true } : {}),
      ...(claimed.rotatesKey ? { rotatesKey: true } : {}),
      ...lockOf(service, claimed, clock.now()),
      workBucket: deps.work.bucket,
      documentKey: claimed.documentKey,
      resultPrefix: claimed.resultPrefix,
      credentials,
      ...(await takeBlockRate(deps, claimed, 0)),
      heartbeatSeconds: deps.heartbeatSeconds,
    };
  };

const WRITERS: readonly Order['kind'][] = ['read-segment', 'assemble-maps', 'maintain-library'];

/** Never less than the shortest lock: an order that comes late must not write what is free tomorrow. */
const lockOf = (
  { mediaAgent: { lock: mode } }: ServiceHypervisor,
  { kind, lockedUntil = 0 }: Order,
  now: number,
): { readonly lock?: OrderLock } =>
  mode !== undefined && WRITERS.includes(kind)
    ? { lock: { mode, until: Math.max(lockedUntil, shortestLock(now)) } }
    : {};

/** Another node's claim stands while that node calls; its own may be renewed at once (it was restarted). */
const isHeld = (order: Order, nodeId: string, tokenHash: string): boolean =>
  order.state === 'claimed' && !(order.nodeId === nodeId && order.tokenHash === tokenHash);

/** With the first claim of an instance's orders; whatever is claimed, what its job waited for is there. */
const markTransferring = async (
  catalog: Catalog,
  clock: Clock,
  { kind, jobId, tenantId, instanceId }: Order,
): Promise<void> => {
  if (kind === 'maintain-library') {
    await catalog.libraryRuns.update(tenantId, jobId, { state: 'running', startedAt: clock.now() }, ['queued']);
    return;
  }
  const child = await catalog.jobs.instance(jobId, instanceId);
  if (child?.phase === 'waiting for an access node') {
    await catalog.jobs.updateInstance(jobId, instanceId, {
      phase: 'transferring',
      phaseSince: clock.now(),
      transferStartedAt: clock.now(),
    });
  }
  await catalog.jobs.update(tenantId, jobId, { state: 'running' }, ['waiting']);
};
