import { createApiClient } from '../cli/api-client.ts';
import { readPages } from '../cli/paging.ts';
import { type HypervisorView, operatorRoutes } from '../core/contracts/api.ts';
import { serviceAccountNames } from '../core/domain/automatic-nodes.ts';
import type { LocalHoldfast, ServiceOfNode } from './local-holdfast.ts';

const LOOK_EVERY_MS = 2_000;

/** What nodes of a service hypervisor that are started by hand need to know. */
export const serviceOfNode = (
  { hypervisorId, accountId, queues, nodeControlRoleArn }: HypervisorView,
  stage: string,
): ServiceOfNode => {
  if (!queues) throw new Error(`${hypervisorId} is no service hypervisor`);
  const roleArn = `arn:aws:iam::${accountId}:role/${serviceAccountNames(stage, hypervisorId).nodeRoleName}`;
  return {
    serviceId: hypervisorId,
    queues,
    ...(nodeControlRoleArn === undefined ? {} : { remote: { roleArn, controlRoleArn: nodeControlRoleArn } }),
  };
};

/** Runs access nodes for every service hypervisor with manual nodes that there is or will be; the others get theirs by themselves. */
export const keepAccessNodes = (local: LocalHoldfast, count: number, say: (line: string) => void): { stop(): void } => {
  const served = new Set<string>();
  const api = createApiClient({
    url: new URL(local.apiUrl),
    region: local.place.region,
    credentials: async () => local.accounts.operator,
  });
  const look = async (): Promise<void> => {
    const { items } = await readPages({ limit: 100, all: true }, (query) =>
      api.call(operatorRoutes.listHypervisors, { query }),
    );
    for (const hypervisor of items) {
      const { hypervisorId, accessNodes, state, name } = hypervisor;
      if (accessNodes !== 'manual' || state !== 'ready' || served.has(hypervisorId)) continue;
      served.add(hypervisorId);
      for (let i = 0; i < count; i++) {
        const { nodeId, pid } = local.startNode(serviceOfNode(hypervisor, local.place.stage));
        say(`access node ${nodeId} (pid ${pid}) serves ${name} (${hypervisorId})`);
      }
    }
  };
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => say(`looking for service hypervisors: ${String(error)}`))
      .finally(() => {
        looking = false;
      });
  }, LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
};
