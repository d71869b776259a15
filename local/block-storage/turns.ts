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

/** The storage is closing: what was being copied is copied again at the next start. */
export class Closing extends Error {
  override readonly name = 'Closing';
}

/** Runs long synchronous file work slice by slice, other work in between, until it is done or the storage closes. */
export class Background {
  readonly #running = new Set<Promise<unknown>>();
  #closing = false;

  async run<T>(work: Generator<void, T>): Promise<T> {
    for (;;) {
      if (this.#closing) throw new Closing();
      const step = work.next();
      if (step.done) return step.value;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Notes a task that `close` has to wait for. */
  watch<T>(task: Promise<T>): Promise<T> {
    const ended = task.catch(() => undefined).finally(() => this.#running.delete(ended));
    this.#running.add(ended);
    return task;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#running);
  }
}

/** Runs all of it now. */
export const atOnce = <T>(work: Generator<void, T>): T => {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
};
