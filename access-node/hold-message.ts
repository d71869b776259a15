import type { OrderMessageInHand, OrderQueue } from '../core/ports/node-control.ts';
import type { Log } from './log.ts';

/** Keeps a message hidden from other nodes while it is being worked on: its liveness is the queue's visibility timeout. */
export const holdMessage = (
  queue: OrderQueue,
  message: OrderMessageInHand,
  visibilitySeconds: number,
  log: Log,
): { release(): void } => {
  // Every third of the time, so that two failures in a row lose nothing.
  const timer = setInterval(
    () => {
      queue.setVisibility(message.receipt, visibilitySeconds).then(
        (valid) => {
          if (valid) return;
          // Delivered again already: the broker decides who goes on, we merely stop claiming to hide it.
          clearInterval(timer);
          log.warn('the message was delivered again while its order runs');
        },
        (error: unknown) => log.warn('could not extend the visibility of a message', { error }),
      );
    },
    (visibilitySeconds * 1000) / 3,
  );
  return { release: () => clearInterval(timer) };
};
