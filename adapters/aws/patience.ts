import { AsyncLocalStorage } from 'node:async_hooks';

/** A step has a minute, some five: of that, so much may go by in waiting for accounts that are at their limit. */
export const PATIENCE_MS = 20_000;

/** What is left of it, ms. */
export interface Patience {
  leftMs: number;
}

const current = new AsyncLocalStorage<Patience>();

/** Whatever `run` opens and calls, in however many accounts and one after the other, waits no longer than that together. */
export const withPatience = <T>(run: () => Promise<T>, ms = PATIENCE_MS): Promise<T> =>
  current.run({ leftMs: ms }, run);

/** The step's own; outside of one, a new one. */
export const presentPatience = (): Patience => current.getStore() ?? { leftMs: PATIENCE_MS };
