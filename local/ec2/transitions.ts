import type { Clock, Timer } from '../kernel/clock.ts';
import type { Store, Table } from '../kernel/store.ts';

interface Transition {
  readonly at: number;
  readonly kind: string;
  readonly id: string;
}

/** What is due later on the cloud's clock, and is remembered over a stop. */
export class Transitions {
  readonly #clock: Clock;
  readonly #table: Table<Transition>;
  readonly #handlers = new Map<string, (id: string) => void>();
  readonly #timers = new Map<string, Timer>();
  readonly #key: () => string;
  #stopped = false;

  constructor(store: Store, clock: Clock, newKey: () => string) {
    this.#clock = clock;
    this.#table = store.table('ec2.transitions');
    this.#key = newKey;
  }

  /** What happens to a resource when a transition of `kind` is due. It must look first whether it still applies. */
  on(kind: string, handler: (id: string) => void): void {
    this.#handlers.set(kind, handler);
  }

  after(ms: number, kind: string, id: string): void {
    const key = this.#key();
    const transition = { at: this.#clock.now() + ms, kind, id };
    this.#table.put(key, transition);
    this.#arm(key, transition);
  }

  /** Whether a transition of this kind is due for a resource. */
  has(kind: string, id: string): boolean {
    for (const { value } of this.#table.entries()) if (value.kind === kind && value.id === id) return true;
    return false;
  }

  /** Goes on with what a stop interrupted. */
  start(): void {
    for (const { key, value } of [...this.#table.entries()]) if (!this.#timers.has(key)) this.#arm(key, value);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #arm(key: string, { at, kind, id }: Transition): void {
    if (this.#stopped) return;
    this.#timers.set(
      key,
      this.#clock.at(at, () => {
        this.#timers.delete(key);
        if (this.#stopped) return;
        this.#table.delete(key);
        this.#handlers.get(kind)?.(id);
      }),
    );
  }
}
