import { receiptHandleIsInvalid } from './errors.ts';
import type { Message } from './messages.ts';

/** A handle for one receive of one message: it names the message, and holds what the next receive replaces. */
export const writeReceipt = (message: Message): string =>
  Buffer.from(JSON.stringify([message.sequence, message.id, message.receipt])).toString('base64');

export interface Receipt {
  readonly sequence: number;
  readonly messageId: string;
  readonly receipt: string;
}

/** Throws ReceiptHandleIsInvalid for what no receive ever gave. */
export const readReceipt = (handle: string): Receipt => {
  try {
    const [sequence, messageId, receipt]: unknown[] = JSON.parse(Buffer.from(handle, 'base64').toString('utf8'));
    if (typeof sequence === 'number' && typeof messageId === 'string' && typeof receipt === 'string')
      return { sequence, messageId, receipt };
  } catch {
    // Answered below, like any other text that is not a handle.
  }
  throw receiptHandleIsInvalid(handle);
};
