import type { HealthFact, HealthLevel } from '../../contracts/health.ts';
import { type AccessNode, accessNodeStatus } from '../../domain/access-node.ts';
import { ageInWords } from '../../domain/age-in-words.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { QueueCounts } from '../../ports/health.ts';
import { counted, fact, seconds } from './fact.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'nodes'>;
  readonly queues: QueueCounts;
}

/** A service hypervisor, its queues and its nodes. */
export interface LookedAtService {
  readonly service: ServiceHypervisor;
  readonly restores?: { readonly waiting: number; readonly held: number };
  readonly work?: { readonly waiting: number; readonly held: number };
  readonly lost: readonly AccessNode[];
  readonly live: number;
  readonly problem?: string;
}

export const lookAtService = async (
  { catalog, queues }: Deps,
  service: ServiceHypervisor,
  now: number,
): Promise<LookedAtService> => {
  try {
    const [restores, work, nodes] = await Promise.all([
      queues.counts(service.queues.restores),
      queues.counts(service.queues.work),
      catalog.nodes.list(service.hypervisorId),
    ]);
    const status = (node: AccessNode) => accessNodeStatus(node, now);
    return {
      service,
      ...(restores ? { restores } : {}),
      ...(work ? { work } : {}),
      // one that left, as it was told to, is not missed
      lost: nodes.filter((node) => status(node) === 'lost' && !node.draining),
      live: nodes.filter((node) => ['online', 'busy'].includes(status(node))).length,
    };
  } catch (error) {
    return { service, lost: [], live: 0, problem: error instanceof Error ? error.message : String(error) };
  }
};

const waitingAt = ({ restores, work }: LookedAtService): number => (restores?.waiting ?? 0) + (work?.waiting ?? 0);
const heldAt = ({ restores, work }: LookedAtService): number => (restores?.held ?? 0) + (work?.held ?? 0);
const withoutNodes = (service: LookedAtService): boolean =>
  service.problem === undefined && service.live === 0 && waitingAt(service) > 0;

/** Half an hour, as the alarm has it. */
const LONG_WAIT_MS = 30 * 60_000;

export const queueFact = (services: readonly LookedAtService[], longestWaitMs: number): HealthFact => {
  const without = services.filter(withoutNodes);
  const metrics = {
    OrdersWaiting: services.reduce((sum, service) => sum + waitingAt(service), 0),
    OrdersHeld: services.reduce((sum, service) => sum + heldAt(service), 0),
    LongestWaitSeconds: seconds(longestWaitMs),
    ServicesWithoutNodes: without.length,
  };
  const unread = services.filter(({ problem }) => problem !== undefined);
  const isLong = longestWaitMs > LONG_WAIT_MS;
  const level: HealthLevel = isLong ? 'bad' : without.length > 0 || unread.length > 0 ? 'warn' : 'ok';
  const wait = longestWaitMs > 0 ? `; the longest wait is ${ageInWords(longestWaitMs)}` : '';
  const says = `${counted(metrics.OrdersWaiting, 'order')} waiting, ${metrics.OrdersHeld} at access nodes${wait}`;
  return fact('queues', level, says, metrics, [
    ...without.map(
      (at) => `${at.service.hypervisorId} (${at.service.name}): ${counted(waitingAt(at), 'order')} and no access node`,
    ),
    ...unread.map(({ service, problem }) => `${service.hypervisorId}: could not be looked at: ${problem}`),
  ]);
};

/** By hand added ones do not come back by themselves. */
const isMissed = ({ origin, addedByHand }: AccessNode): boolean => origin === 'manual' || addedByHand === true;

/** One that comes by itself is replaced: who looks a day later sees nothing of it any more. */
const TOLD_MS = 24 * 3_600_000;

export const nodeFact = (services: readonly LookedAtService[], now: number): HealthFact => {
  const silentMs = ({ heartbeatAt = now }: AccessNode): number => now - heartbeatAt;
  const lost = services
    .flatMap(({ service, lost: nodes }) => nodes.map((node) => ({ service, node })))
    .filter(({ node }) => isMissed(node) || silentMs(node) <= TOLD_MS);
  const live = services.reduce((sum, service) => sum + service.live, 0);
  const missed = lost.filter(({ node }) => isMissed(node)).length;
  const metrics = { AccessNodesLost: missed, AutomaticNodesLost: lost.length - missed, AccessNodesLive: live };
  if (lost.length === 0) return fact('access nodes', 'ok', `${counted(live, 'access node')}, none is lost`, metrics);
  return fact(
    'access nodes',
    missed > 0 ? 'bad' : 'warn',
    `${counted(lost.length, 'access node')} not heard of, ${live} at work`,
    metrics,
    lost.map(
      ({ service, node }) =>
        `${node.nodeId} (${node.name}) of ${service.hypervisorId}: not heard of for ${ageInWords(silentMs(node))}`,
    ),
  );
};
