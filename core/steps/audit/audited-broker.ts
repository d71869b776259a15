import type { BrokerRequest } from '../../contracts/orders.ts';
import type { AuditEvent } from '../../domain/audit-chain.ts';
import { calledBy } from '../../domain/broker-name.ts';
import { HoldfastError } from '../../domain/errors.ts';
import { messageIdOf } from '../../domain/quarantine.ts';
import { createRefusalLimit } from '../../domain/refusal-limit.ts';
import type { AuditLog } from '../../ports/audit.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

export interface AuditedBrokerDeps {
  readonly answer: (event: unknown, invokedFunctionArn: string) => Promise<unknown>;
  readonly audit: AuditLog;
  readonly catalog: Pick<Catalog, 'orders'>;
  readonly clock: Clock;
}

/** Of the rest only refusals are written: heartbeats come every 20 s from every node. */
const WRITTEN: ReadonlySet<string> = new Set<BrokerRequest['operation']>([
  'claimOrder',
  'registerNode',
  'raiseFences',
  // who puts messages into a queue that name no order is worth to be known
  'reportMessage',
]);

/** Of one service hypervisor, of a function's instance: ten nodes with four orders each take some 100 a minute. */
const ORDERS_A_MINUTE = 300;

/** A message that came twice, or was done before: neither gets credentials, nor is it refused. */
const NOTHING = new Set(['held', 'done']);

/**
 * The broker, with what it gave out and what it refused in the audit log. That an entry cannot be written is reported:
 * backups go on. Who asks is not seen by the broker but as a name of its own, and which service hypervisor's.
 */
export const createAuditedBroker = ({ answer, audit, catalog, clock }: AuditedBrokerDeps) => {
  const refusals = createRefusalLimit();
  const allowances = createRefusalLimit(ORDERS_A_MINUTE);

  return async (event: unknown, invokedFunctionArn: string, requestId: string): Promise<unknown> => {
    const asked = askedOf(event);
    const write = async (allowed: boolean, outcome: string, more: Partial<AuditEvent['what']> = {}): Promise<void> => {
      // by what AWS says of the caller: a node's id is the node's own word
      const serviceId = calledBy(invokedFunctionArn);
      const admitted = (allowed ? allowances : refusals).admit(serviceId ?? '', clock.now());
      if (!admitted) return;
      const subjects = [...(serviceId ? [serviceId] : []), ...asked.subjects];
      await audit.note({
        who: { kind: 'node', principal: asked.nodeId },
        what: { operation: `broker: ${asked.operation}`, subjects, ...more },
        from: {},
        allowed,
        outcome,
        requestId: requestId.slice(0, 128),
        ...(admitted.leftOut > 0 ? { leftOut: admitted.leftOut } : {}),
      });
    };
    let answered: unknown;
    try {
      answered = await answer(event, invokedFunctionArn);
    } catch (error) {
      if (isRefusal(error)) await write(false, error.name);
      throw error;
    }
    const { outcome } = answered as { readonly outcome?: string };
    if (!WRITTEN.has(asked.operation) || NOTHING.has(outcome ?? '')) return answered;
    if (outcome === 'gone') await write(false, 'Gone');
    else await write(true, 'Done', await whose(catalog, asked.orderId).catch(() => ({})));
    return answered;
  };
};

/** Of a request that is none, or is not allowed; what failed on our side or AWS's is tried again by the node. */
const isRefusal = (error: unknown): error is Error =>
  (error instanceof HoldfastError && error.status < 500) || (error instanceof Error && error.name === 'ZodError');

const whose = async (
  { orders }: Pick<Catalog, 'orders'>,
  orderId: string | undefined,
): Promise<Partial<AuditEvent['what']>> => {
  const order = orderId === undefined ? undefined : await orders.get(orderId);
  return order ? { tenantId: order.tenantId, detail: `${order.kind} of ${order.jobId}` } : {};
};

/** Of whatever came: it may be no request at all. */
const askedOf = (
  event: unknown,
): { readonly operation: string; readonly nodeId: string; readonly orderId?: string; readonly subjects: string[] } => {
  const { operation, nodeId, orderId, sha256 } = (typeof event === 'object' && event !== null ? event : {}) as Record<
    string,
    unknown
  >;
  const id = (value: unknown, prefix: string): string | undefined =>
    typeof value === 'string' && new RegExp(`^${prefix}-[a-z0-9-]{8,44}$`).test(value) ? value : undefined;
  const [node, order] = [id(nodeId, 'node'), id(orderId, 'ord')];
  const isReport = operation === 'reportMessage' && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
  const message = isReport ? messageIdOf(sha256) : undefined;
  return {
    operation: typeof operation === 'string' && /^[a-zA-Z]{1,32}$/.test(operation) ? operation : '(no operation)',
    nodeId: node ?? '(no node)',
    ...(order ? { orderId: order } : {}),
    subjects: [node, order, message].filter((subject) => subject !== undefined),
  };
};
