/** Lets one task at a time at a thing, in the order of asking. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Nobody has the turn and nobody waits: what runs synchronously now needs none. */
  get idle(): boolean {
    return this.#waiting === 0;
  }

  take<T>(task: () => T | Promise<T>): Promise<T> {
    this.#waiting++;
    const mine = this.#last.then(task).finally(() => {
      this.#waiting--;
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/** Gives the event loop a turn in the middle of long synchronous file work. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
