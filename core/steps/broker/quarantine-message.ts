import type { BrokerRequest } from '../../contracts/orders.ts';
import { MOST_MESSAGES, messageIdOf } from '../../domain/quarantine.ts';
import type { BrokerDeps } from './claim-order.ts';

type Report = Extract<BrokerRequest, { operation: 'reportMessage' }>;

/** Keeps what is known of a message that names no order, under an id that is its hash: told twice, it is one. */
export const createQuarantineMessage =
  ({ catalog, clock }: Pick<BrokerDeps, 'catalog' | 'clock'>) =>
  async ({ operation: _, ...message }: Report): Promise<Record<string, never>> => {
    const messageId = messageIdOf(message.sha256);
    await catalog.quarantine.addMessage({ messageId, at: clock.now(), ...message }, MOST_MESSAGES);
    return {};
  };
