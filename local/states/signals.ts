/** Lets many wait for news about a key. What is waited for is looked up again after each piece of news. */
export class Signals {
  readonly #waiting = new Map<string, Set<() => void>>();

  wait(key: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const waiters = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiters);
      const forget = (): void => {
        waiters.delete(wake);
        if (waiters.size === 0 && this.#waiting.get(key) === waiters) this.#waiting.delete(key);
      };
      const aborted = (): void => {
        forget();
        reject(signal.reason);
      };
      const wake = (): void => {
        signal.removeEventListener('abort', aborted);
        forget();
        resolve();
      };
      waiters.add(wake);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  notify(key: string): void {
    for (const wake of [...(this.#waiting.get(key) ?? [])]) wake();
  }

  notifyAll(): void {
    for (const key of [...this.#waiting.keys()]) this.notify(key);
  }
}
