import type { Order } from '../../domain/order.ts';
import { divideQuota, withoutShare } from '../../domain/quota.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'quotas'>;
  readonly clock: Clock;
  readonly heartbeatSeconds: number;
  readonly blockRate: number;
}

export interface BlockRate {
  readonly blockRate: number;
  /** When to call again, where that is sooner than with the next heartbeat. */
  readonly againSeconds?: number;
}

/** As long as a claim is honoured; nodes stop calling before that, see keep-claim.ts. */
export const SILENT_HEARTBEATS = 2.25;

/** Orders that call neither Get- nor PutSnapshotBlock. */
const NO_CALLS: BlockRate = { blockRate: 1 };

const holderOf = ({ orderId, claim }: Order): string => `${orderId}#${claim}`;

const callOf = ({ kind }: Order): 'get' | 'put' | undefined =>
  kind === 'read-segment' ? 'get' : kind === 'write-segment' ? 'put' : undefined;

/**
 * The order's share of its tenant's quota: a tenant hypervisor is one account in one region, whose snapshots all of its
 * orders read and write. `running` is what its node says that it was told last; 0 with a claim.
 */
export const takeBlockRate = async (
  { catalog, clock, heartbeatSeconds, blockRate: limit }: Deps,
  order: Order,
  running: number,
): Promise<BlockRate> => {
  const call = callOf(order);
  if (!call) return NO_CALLS;
  const { rate, expects } = await catalog.quotas.change(order.tenantId, call, (shares) => {
    const now = clock.now();
    const until = now + heartbeatSeconds * SILENT_HEARTBEATS * 1_000;
    // the first is the one whose blocks are moved; an incremental's base is only listed
    const snapshotId = order.snapshotIds[0] ?? '';
    const divided = divideQuota(shares, limit, { holder: holderOf(order), snapshotId, running, now, until });
    return { shares: divided.shares, answer: divided };
  });
  if (expects === 'nothing') return { blockRate: rate };
  return { blockRate: rate, againSeconds: heartbeatSeconds / (expects === 'confirm' ? 20 : 4) };
};

/** When a claim has ended: the others have it with their next heartbeats. One that is not given back lapses. */
export const giveBlockRateBack = async ({ catalog, clock }: Omit<Deps, 'blockRate'>, order: Order): Promise<void> => {
  const call = callOf(order);
  if (!call) return;
  await catalog.quotas.change(order.tenantId, call, (shares) => ({
    shares: withoutShare(shares, holderOf(order), clock.now()),
    answer: undefined,
  }));
};
