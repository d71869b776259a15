/** Access nodes with slots, on the flows' virtual time, that ask the real broker; some orders kill the node that works on them. */

import type { OrderWork } from '../../core/contracts/order-work.ts';
import type { BrokerRequest, ClaimResponse, OrderOutcome } from '../../core/contracts/orders.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import { brokerNameFor } from '../../core/domain/broker-name.ts';
import { createAnswerNode } from '../../core/steps/broker/answer-node.ts';
import { AwsError } from '../../local/kernel/errors.ts';
import type { World } from '../core/flows-world.ts';

const VISIBILITY_MS = 10_000;
const WORK_MS = 3_000;
const RESTART_MS = 1_000;

const BROKER = 'arn:aws:lambda:us-east-1:111111111111:function:holdfast-test-broker';

interface Message {
  readonly orderId: string;
  readonly taskToken: string;
  visibleAt: number;
}

export const openFleet = (world: World, nodeIds: readonly string[], slots: number) => {
  const { cloud, catalog, deps } = world;
  const now = (): number => cloud.clock.now();
  const queue: Message[] = [];
  const poisonous = new Set<string>();
  /** Nodes that die of whatever they are given. */
  const sick = new Set<string>();
  const deaths: string[] = [];
  const log: string[] = [];
  const sendTask = async (action: string, input: object): Promise<boolean> => {
    try {
      await cloud.api(action, input);
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  };
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiresAt: Number.MAX_SAFE_INTEGER };
  const answer = createAnswerNode({
    ...deps,
    sessions: { tenant: async () => credentials, library: async () => credentials, workArea: async () => credentials },
    tokens: {
      heartbeat: (taskToken) => sendTask('SendTaskHeartbeat', { taskToken }),
      fail: async (taskToken, error, cause) => void (await sendTask('SendTaskFailure', { taskToken, error, cause })),
    },
    blockRate: 1_000,
    inTime: (work) => work,
  });
  const ask = <T>(request: BrokerRequest): Promise<T> =>
    answer(request, brokerNameFor(BROKER, world.service.hypervisorId)) as Promise<T>;

  cloud.handlers.set('sqs:SendMessage', ({ MessageBody }) => {
    queue.push({ ...(JSON.parse(String(MessageBody)) as Omit<Message, 'visibleAt'>), visibleAt: now() });
    return { MessageId: '1', MD5OfMessageBody: '' };
  });

  const after = (ms: number, run: () => Promise<void>): void =>
    void cloud.clock.at(now() + ms, () => void run().catch((error: unknown) => log.push(String(error))));

  const startNode = (nodeId: string, life: number): void => {
    const processId = `${nodeId}-${life}`;
    let dead = false;
    let busy = 0;
    let holding = 0;
    const beat = async (operation: 'registerNode' | 'heartbeatNode'): Promise<void> => {
      if (dead) return;
      const serviceId = world.service.hypervisorId;
      if (operation === 'registerNode')
        await ask({ operation, nodeId, serviceId, description: describe(nodeId, slots) });
      else await ask({ operation, nodeId, serviceId, held: holding });
      after(20_000, () => beat('heartbeatNode'));
    };
    after(0, () => beat('registerNode'));
    const perform = async (message: Message, claim: Extract<ClaimResponse, { outcome: 'yours' }>): Promise<void> => {
      const { orderId, taskToken } = message;
      const document = (await deps.work.getJson(claim.documentKey)) as OrderWork;
      const volume = document.kind === 'read-segment' ? document.volumeId : '';
      const kills = poisonous.has(volume) || sick.has(nodeId);
      holding += 1;
      log.push(`${processId} ${document.kind} ${volume}`);
      after(sick.has(nodeId) ? WORK_MS / 10 : kills ? WORK_MS / 2 : WORK_MS, async () => {
        if (dead) return;
        if (kills) {
          dead = true;
          deaths.push(processId);
          after(RESTART_MS, async () => startNode(nodeId, life + 1));
          return;
        }
        const resultKey = `${claim.resultPrefix}${orderId}-${claim.claim}.json`;
        await deps.work.putJson(resultKey, resultOf(document));
        const outcome = await ask<OrderOutcome>({
          operation: 'completeOrder',
          nodeId,
          orderId,
          taskToken,
          claim: claim.claim,
          counters: noCounters,
          resultKey,
        });
        await sendTask('SendTaskSuccess', { taskToken, output: JSON.stringify(outcome) });
        queue.splice(queue.indexOf(message), 1);
        busy -= 1;
        holding -= 1;
      });
    };
    const take = async (message: Message): Promise<void> => {
      message.visibleAt = now() + VISIBILITY_MS;
      busy += 1;
      const { orderId, taskToken } = message;
      const request = { orderId, taskToken, processId, holding };
      const claim = await ask<ClaimResponse>({ operation: 'claimOrder', nodeId, ...request });
      if (claim.outcome === 'yours') return perform(message, claim);
      busy -= 1;
      log.push(`${processId} ${claim.outcome}`);
      if (claim.outcome === 'held') message.visibleAt = now() + 5_230;
      else queue.splice(queue.indexOf(message), 1);
    };
    const look = async (): Promise<void> => {
      if (dead) return;
      for (const message of queue.filter(({ visibleAt }) => visibleAt <= now()).slice(0, slots - busy))
        await take(message);
      // no node looks always just before another: what is held would come to it alone, again and again
      after(500 + 37 * nodeIds.indexOf(nodeId), look);
    };
    after(0, look);
  };
  for (const nodeId of nodeIds) startNode(nodeId, 1);
  return { poisonous, sick, deaths, log, catalog, ask };
};

const describe = (name: string, slots: number) =>
  ({ name, origin: 'automatic', os: 'linux', osVersion: '6.12', version: '1.0.0', slots }) as const;

const resultOf = (document: OrderWork): object => {
  if (document.kind === 'read-segment') return { kind: document.kind, pages: [], generation: 0, counters: noCounters };
  if (document.kind !== 'assemble-maps') throw new Error(`this fleet does no ${document.kind}`);
  return {
    kind: document.kind,
    volumes: document.volumes.map(({ volumeId }) => ({
      volumeId,
      mapSeal: 'seal',
      dataBlocks: 8_192,
      zeroBlocks: 0,
      pageDataBlocks: [4_096, 4_096],
    })),
    generation: 0,
    verification: { at: '2026-01-01T00:00:00.000Z', blocks: 1, depth: 'sample' },
    counters: noCounters,
  };
};
