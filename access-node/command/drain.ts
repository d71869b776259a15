import { setTimeout as delay } from 'node:timers/promises';
import { askHealth, askToDrain, CommandFailed, stateIn } from './ask-node.ts';

export interface DrainAsked {
  readonly stateFolder: string;
  /** Running orders go back to their queue. */
  readonly now?: boolean;
  /** Until the node has ended. */
  readonly wait: boolean;
}

const LOOK_EVERY_MS = 500;

/** Lets the node of this machine drain, and waits until it has ended. Throws CommandFailed if there is none. */
export const drain = async ({ stateFolder, now, wait }: DrainAsked, say: (line: string) => void): Promise<number> => {
  const state = stateIn(stateFolder);
  if (!state) throw new CommandFailed(`no access node runs here: none has its state in ${stateFolder}`);
  await askToDrain(state, now ? 'now' : 'finish');
  say(`process ${state.pid} drains: it takes no more orders`);
  let left: number | undefined;
  while (wait) {
    const health = await askHealth(state.port);
    // Another one is what the service manager has started since.
    if (health?.pid !== state.pid) {
      say('it has ended');
      return 0;
    }
    if (health.orders.length !== left) {
      left = health.orders.length;
      say(`${left} ${left === 1 ? 'order' : 'orders'} left`);
    }
    await delay(LOOK_EVERY_MS);
  }
  return 0;
};
