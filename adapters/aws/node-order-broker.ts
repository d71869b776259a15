import { randomUUID } from 'node:crypto';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import {
  type BrokerRequest,
  ClaimResponse,
  HeartbeatResponse,
  noCounters,
  OrderOutcome,
  PresenceResponse,
} from '../../core/contracts/orders.ts';
import { safeReadFromNewer } from '../../core/contracts/other-versions.ts';
import { TransientFailure } from '../../core/domain/errors.ts';
import { BrokerRefused, type NodePresence, type OrderBroker } from '../../core/ports/node-control.ts';
import { asTransient } from './node-client-settings.ts';

export interface LambdaOrderBrokerOptions {
  readonly client: LambdaClient;
  /** Name or ARN. */
  readonly functionName: string;
  readonly nodeId: string;
  /** The service hypervisor whose node this is. */
  readonly serviceId: string;
}

/** What a Lambda function that threw answers with. */
const Thrown = z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() });

/** Whatever else it says. */
const Given = z.object({ outcome: z.literal('yours'), claim: z.int().positive() });

/**
 * Errors of the broker that say "not this order, not for this node". Everything else that it may throw (a throttled
 * table, its own timeout, a bug) is worth asking again: until its deadline, then the message comes back.
 */
const REFUSALS = new Set([
  'InvalidRequest',
  'NotFound',
  'NotAllowed',
  'Conflict',
  'FenceRaised',
  'JobCancelled',
  'TenantNotBound',
  'TenantAccessLost',
  'CredentialsRejected',
  'ZodError',
  'ZodRealError',
]);

export const createLambdaOrderBroker = ({
  client,
  functionName,
  nodeId,
  serviceId,
}: LambdaOrderBrokerOptions): { readonly broker: OrderBroker; readonly presence: NodePresence } => {
  const ask = async <T>(answer: z.ZodType<T>, request: BrokerRequest): Promise<T> => {
    const what = `broker ${request.operation}`;
    const { FunctionError, Payload } = await client
      .send(
        new InvokeCommand({
          FunctionName: functionName,
          InvocationType: 'RequestResponse',
          Payload: Buffer.from(JSON.stringify(request)),
        }),
      )
      .catch((error: unknown) => {
        const passing = asTransient(error, what);
        if (passing instanceof TransientFailure || !(error instanceof Error)) throw passing;
        throw new BrokerRefused(error.name, error.message, error);
      });
    const body = parseJson(what, Payload);
    if (FunctionError !== undefined) {
      const { errorType = FunctionError, errorMessage = '' } = Thrown.safeParse(body).data ?? {};
      if (REFUSALS.has(errorType)) throw new BrokerRefused(errorType, errorMessage);
      throw new TransientFailure(`${what}: ${errorType}: ${errorMessage}`);
    }
    return read(answer, body, what);
  };

  /**
   * An order that says more than this node understands is handed back at once: another may, and nobody takes this one
   * for lost because it says no more of it.
   */
  const claim: OrderBroker['claim'] = async (request) => {
    const answer = await ask(z.unknown(), { operation: 'claimOrder', nodeId, processId, ...request });
    const { data: given } = Given.safeParse(answer);
    if (!given) return read(ClaimResponse, answer, 'broker claimOrder');
    const { data: order, error } = ClaimResponse.safeParse(answer);
    if (order) return order;
    const { orderId, taskToken } = request;
    const counters = noCounters;
    await broker.release({ orderId, taskToken, claim: given.claim, counters });
    throw new BrokerRefused('NotUnderstood', `the control plane is newer than this node: ${error.message}`, error);
  };

  const processId = randomUUID();
  const broker: OrderBroker = {
    claim,
    async reportMessage(request) {
      await ask(z.unknown(), { operation: 'reportMessage', nodeId, serviceId, ...request });
    },
    heartbeat: (request) => ask(HeartbeatResponse, { operation: 'heartbeatOrder', nodeId, ...request }),
    complete: (request) => ask(OrderOutcome, { operation: 'completeOrder', nodeId, ...request }),
    async release(request) {
      await ask(z.unknown(), { operation: 'releaseOrder', nodeId, ...request });
    },
    async noteCondemned(request) {
      await ask(z.unknown(), { operation: 'noteCondemned', nodeId, ...request });
    },
    async raiseFences(request) {
      await ask(z.unknown(), { operation: 'raiseFences', nodeId, ...request });
    },
  };
  const presence: NodePresence = {
    register: (description) => ask(PresenceResponse, { operation: 'registerNode', nodeId, serviceId, description }),
    heartbeat: (held) => ask(PresenceResponse, { operation: 'heartbeatNode', nodeId, serviceId, held }),
    async leave() {
      await ask(z.unknown(), { operation: 'leaveNode', nodeId, serviceId });
    },
  };
  return { broker, presence };
};

/** What goes on without it is passed over in an answer of a newer control plane. */
const read = <T>(answer: z.ZodType<T>, body: unknown, what: string): T => {
  const { data, error } = safeReadFromNewer(answer, body);
  if (error) throw new TransientFailure(`${what}: an answer that is none: ${error.message}`);
  return data;
};

const parseJson = (what: string, payload: Uint8Array | undefined): unknown => {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString());
  } catch (error) {
    throw new TransientFailure(`${what}: an answer that is no JSON`, { cause: error });
  }
};
