import type { LocalHoldfast } from './local-holdfast.ts';

const LOOK_EVERY_MS = 2_000;

/** Runs access nodes for every service hypervisor that there is or will be: found by its pair of queues. */
export const keepAccessNodes = (local: LocalHoldfast, count: number, say: (line: string) => void): { stop(): void } => {
  const served = new Set<string>();
  const look = async (): Promise<void> => {
    const { cloud, place } = local;
    const answer = (await cloud.kernel.call(
      cloud.admin.rootPrincipal(place.accountId),
      place.region,
      'sqs',
      'ListQueues',
      {},
    )) as {
      QueueUrls?: string[];
    };
    for (const work of answer.QueueUrls ?? []) {
      if (!work.endsWith('-work') || served.has(work)) continue;
      served.add(work);
      const restores = work.replace(/-work$/, '-restores');
      for (let i = 0; i < count; i++) {
        const { nodeId, pid } = local.startNode({ restores, work });
        say(`access node ${nodeId} (pid ${pid}) serves ${work.slice(work.lastIndexOf('/') + 1)}`);
      }
    }
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => say(`looking for service hypervisors: ${String(error)}`));
  }, LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
};
