import type { HypervisorId } from '../../contracts/ids.ts';
import type { BrokerRequest, Counters, HeartbeatResponse } from '../../contracts/orders.ts';
import { noCounters } from '../../contracts/orders.ts';
import { FenceRaised } from '../../domain/errors.ts';
import type { Order } from '../../domain/order.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { takeBlockRate } from './block-rate.ts';
import type { BrokerDeps } from './claim-order.ts';
import { thenNoteCalls } from './note-calls.ts';
import { issueCredentials } from './order-credentials.ts';
import { tenantOfOrder, whyGone } from './order-life.ts';
import { orderOfNodes } from './order-of-nodes.ts';

/** Nothing more is to be called. */
const CANCELLED: HeartbeatResponse = { cancelled: true, blockRate: 0 };

type Heartbeat = Extract<BrokerRequest, { operation: 'heartbeatOrder' }>;

/** Progress in; cancellation, the share of the account's rate and, if asked for, fresh credentials out. */
export const createHeartbeatOrder =
  (deps: BrokerDeps) =>
  async (request: Heartbeat, serviceId: HypervisorId): Promise<HeartbeatResponse> => {
    const order = await orderOfNodes(deps.catalog, request.orderId, serviceId);
    return thenNoteCalls(deps, order, request, () => answer(deps, order, request));
  };

const answer = async (
  deps: BrokerDeps,
  order: Order | undefined,
  { orderId, taskToken, claim, counters, blockRate: running, wantCredentials, progress }: Heartbeat,
): Promise<HeartbeatResponse> => {
  const { catalog, clock, sessions, tokens, sha256 } = deps;
  if (!order || order.claim !== claim || order.tokenHash !== sha256(taskToken)) {
    throw new FenceRaised(`claim ${claim} of ${orderId} was lost to another node`);
  }
  if ((await whyGone(catalog, order)) !== undefined) return CANCELLED;
  if (!(await tokens.heartbeat(taskToken))) return CANCELLED;
  const furthest = furthestOf(order.counters, counters);
  const before = await catalog.orders.heartbeat(orderId, claim, furthest, clock.now());
  if (!before) throw new FenceRaised(`claim ${claim} of ${orderId} was lost to another node`);
  await addProgress(catalog, before, furthest, clock.now());
  if (progress && order.kind === 'maintain-library')
    await catalog.libraryRuns.update(order.tenantId, order.jobId, { progress }, ['running']);
  const rate = await takeBlockRate(deps, order, running);
  if (!wantCredentials) return { cancelled: false, ...rate };
  const tenant = await tenantOfOrder(catalog, order);
  return {
    cancelled: false,
    ...rate,
    credentials: await issueCredentials(sessions, order, tenant),
  };
};

/** A claim starts its counters anew (another node); until it has surpassed the lost one's, those stand. */
const furthestOf = (before: Counters | undefined = noCounters, now: Counters): Counters =>
  Object.fromEntries(
    Object.entries(now).map(([name, value]) => [name, Math.max(value, before[name as keyof Counters] ?? 0)]),
  ) as Counters;

/** Adds what came in since the last call to the instance's counters: progress never runs backwards. */
export const addProgress = async (catalog: Catalog, before: Order, now: Counters, at: number): Promise<void> => {
  if (before.kind === 'maintain-library') return;
  const last = before.counters ?? noCounters;
  const delta = Object.fromEntries(
    Object.entries(now).map(([name, value]) => [name, Math.max(0, value - (last[name as keyof Counters] ?? 0))]),
  ) as Counters;
  if (Object.values(delta).some((value) => value > 0)) {
    const { volumeId, heartbeatAt = at } = before;
    const volume = volumeId === undefined ? undefined : { volumeId, from: heartbeatAt, until: at };
    await catalog.jobs.addCounters(before.jobId, before.instanceId, delta, volume);
  }
};
