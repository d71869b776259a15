import type { BrokerRequest, Counters, HeartbeatResponse } from '../../contracts/orders.ts';
import { noCounters } from '../../contracts/orders.ts';
import { FenceRaised } from '../../domain/errors.ts';
import type { Order } from '../../domain/order.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { boundTenant } from '../tenant-of-job.ts';
import type { BrokerDeps } from './claim-order.ts';
import { issueCredentials } from './order-credentials.ts';
import { whyGone } from './order-life.ts';

type Heartbeat = Extract<BrokerRequest, { operation: 'heartbeatOrder' }>;

/** Progress in; cancellation, the share of the account's rate and, if asked for, fresh credentials out. */
export const createHeartbeatOrder =
  (deps: BrokerDeps) =>
  async ({ orderId, taskToken, claim, counters, wantCredentials }: Heartbeat): Promise<HeartbeatResponse> => {
    const { catalog, clock, sessions, tokens, sha256, blockRate } = deps;
    const order = await catalog.orders.get(orderId);
    if (!order || order.claim !== claim || order.tokenHash !== sha256(taskToken)) {
      throw new FenceRaised(`claim ${claim} of ${orderId} was lost to another node`);
    }
    if ((await whyGone(catalog, order)) !== undefined) return { cancelled: true, blockRate };
    if (!(await tokens.heartbeat(taskToken))) return { cancelled: true, blockRate };
    const furthest = furthestOf(order.counters, counters);
    const before = await catalog.orders.heartbeat(orderId, claim, furthest, clock.now());
    if (!before) throw new FenceRaised(`claim ${claim} of ${orderId} was lost to another node`);
    await addProgress(catalog, before, furthest);
    if (!wantCredentials) return { cancelled: false, blockRate };
    const { tenant } = await boundTenant(catalog, order.tenantId);
    return {
      cancelled: false,
      blockRate,
      credentials: await issueCredentials(sessions, order, tenant),
    };
  };

/** A claim starts its counters anew (another node); until it has surpassed the lost one's, those stand. */
const furthestOf = (before: Counters | undefined = noCounters, now: Counters): Counters =>
  Object.fromEntries(
    Object.entries(now).map(([name, value]) => [name, Math.max(value, before[name as keyof Counters])]),
  ) as Counters;

/** Adds what came in since the last call to the instance's counters: progress never runs backwards. */
export const addProgress = async (catalog: Catalog, before: Order, now: Counters): Promise<void> => {
  const last = before.counters ?? noCounters;
  const delta = Object.fromEntries(
    Object.entries(now).map(([name, value]) => [name, Math.max(0, value - last[name as keyof Counters])]),
  ) as Counters;
  if (Object.values(delta).some((value) => value > 0)) {
    await catalog.jobs.addCounters(before.jobId, before.instanceId, delta);
  }
};
