import type { OrderCredentials, SessionCredentials } from '../core/contracts/orders.ts';
import { InvalidRequest } from '../core/domain/errors.ts';
import type { LiveCredentials } from './order-tools.ts';

export const createLiveCredentials = (
  first: OrderCredentials,
): LiveCredentials & { renewed(timeoutMs: number): Promise<void> } => {
  let current = first;
  const waiting = new Set<() => void>();
  const needed = (what: 'tenant' | 'library'): SessionCredentials => {
    const credentials = current[what];
    if (!credentials) throw new InvalidRequest(`the order came without ${what} credentials`);
    return credentials;
  };
  return {
    tenant: () => needed('tenant'),
    library: () => needed('library'),
    workArea: () => current.workArea,
    replace(credentials) {
      // The broker may renew only some of them.
      current = { ...current, ...credentials };
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
    /** Resolves when they were replaced, or after `timeoutMs` without. */
    renewed: (timeoutMs) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        waiting.add(done);
      }),
  };
};
