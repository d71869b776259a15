import { randomUUID } from 'node:crypto';
import type { Timer } from './clock.ts';
import { AwsError } from './errors.ts';
import type { Kernel, Principal } from './service.ts';
import type { Table } from './store.ts';

/** A call that a service makes in its own name, and need not be answered. */
export interface ServiceCall {
  /** `events.amazonaws.com` */
  readonly servicePrincipal: string;
  /** What makes it call: a rule, a topic. */
  readonly sourceArn: string;
  /** It does not say so to whom it calls. */
  readonly hidesSource?: true;
  readonly accountId: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  /** JSON-able. */
  readonly input: Readonly<Record<string, unknown>>;
}

interface Delivery extends ServiceCall {
  readonly id: string;
  readonly failures: number;
  /** ms since 1970 */
  readonly firstAt: number;
  readonly dueAt: number;
}

const DAY_MS = 86_400_000;
const LONGEST_DELAY_MS = 900_000;
/** It is not tried again where it may not, or where nothing is. */
const PERMANENT = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'KMSAccessDenied',
  'NotFound',
  'QueueDoesNotExist',
  'ResourceNotFoundException',
]);

/** Calls on their way: tried again with growing pauses for a day, also across a restart. */
export class Deliveries {
  readonly #kernel: Kernel;
  readonly #table: Table<Delivery>;
  readonly #inputOf: (call: ServiceCall) => unknown;
  readonly #timers = new Map<string, Timer>();
  #stopped = false;

  /** `name`: of the table that keeps them. `inputOf`: what is kept as JSON, as the operation takes it. */
  constructor(kernel: Kernel, name: string, inputOf: (call: ServiceCall) => unknown = ({ input }) => input) {
    this.#kernel = kernel;
    this.#table = kernel.store.table<Delivery>(name);
    this.#inputOf = inputOf;
  }

  accept(call: ServiceCall): void {
    const now = this.#kernel.clock.now();
    this.#schedule({ ...call, id: randomUUID(), failures: 0, firstAt: now, dueAt: now });
  }

  resume(): void {
    for (const { value } of [...this.#table.entries()]) this.#arm(value);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #schedule(delivery: Delivery): void {
    this.#table.put(delivery.id, delivery);
    this.#arm(delivery);
  }

  #arm(delivery: Delivery): void {
    const timer = this.#kernel.clock.at(delivery.dueAt, () => {
      this.#timers.delete(delivery.id);
      void this.#deliver(delivery);
    });
    this.#timers.set(delivery.id, timer);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    if (this.#stopped) return;
    const { id, servicePrincipal, sourceArn, accountId, region, service, operation, failures, firstAt } = delivery;
    const input = this.#inputOf(delivery);
    const principal: Principal = {
      kind: 'service',
      accountId,
      arn: servicePrincipal,
      userId: servicePrincipal,
      sourceArn,
      ...(delivery.hidesSource ? { hidesSource: true } : {}),
    };
    const error = await this.#kernel.call(principal, region, service, operation, input).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (this.#stopped) return;
    const now = this.#kernel.clock.now();
    const over = error === undefined || now - firstAt >= DAY_MS;
    // A delivery that is given up shows in the trail, as the denied or failed call.
    if (over || (error instanceof AwsError && PERMANENT.has(error.code))) return this.#table.delete(id);
    const delay = Math.min(LONGEST_DELAY_MS, 1000 * 2 ** failures);
    this.#schedule({ ...delivery, failures: failures + 1, dueAt: now + delay });
  }
}
