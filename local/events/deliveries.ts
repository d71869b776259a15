import { randomUUID } from 'node:crypto';
import type { Timer } from '../kernel/clock.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel, LocalEvent, Principal } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import { type Rule, ruleArn } from './rules.ts';

interface Delivery {
  readonly id: string;
  readonly ruleArn: string;
  readonly accountId: string;
  readonly region: string;
  readonly targetFunctionArn: string;
  /** The event as JSON text. */
  readonly payload: string;
  readonly failures: number;
  /** ms since 1970 */
  readonly firstAt: number;
  readonly dueAt: number;
}

const DAY_MS = 86_400_000;
const LONGEST_DELAY_MS = 900_000;
/** EventBridge does not try again where it may not, or where nothing is. */
const PERMANENT = new Set(['AccessDeniedException', 'ResourceNotFoundException']);

/** Events on their way to functions: tried again with growing pauses for a day, also across a restart. */
export class Deliveries {
  readonly #kernel: Kernel;
  readonly #table: Table<Delivery>;
  readonly #timers = new Map<string, Timer>();
  #stopped = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#table = kernel.store.table<Delivery>('events.deliveries');
  }

  accept(rule: Rule, event: LocalEvent): void {
    const now = this.#kernel.clock.now();
    this.#schedule({
      id: randomUUID(),
      ruleArn: ruleArn(rule),
      accountId: rule.accountId,
      region: rule.region,
      targetFunctionArn: rule.targetFunctionArn,
      payload: JSON.stringify({ version: '0', id: randomUUID(), ...event }),
      failures: 0,
      firstAt: now,
      dueAt: now,
    });
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
    const { id, accountId, region, targetFunctionArn, payload, failures, firstAt } = delivery;
    const principal: Principal = {
      kind: 'service',
      accountId,
      arn: 'events.amazonaws.com',
      userId: 'events.amazonaws.com',
      sourceArn: delivery.ruleArn,
    };
    const error = await this.#kernel
      .call(principal, region, 'lambda', 'Invoke', {
        FunctionName: targetFunctionArn,
        InvocationType: 'Event',
        Payload: Buffer.from(payload),
      })
      .then(
        () => undefined,
        (cause: unknown) => cause,
      );
    if (this.#stopped) return;
    const now = this.#kernel.clock.now();
    const over = error === undefined || now - firstAt >= DAY_MS;
    // A delivery that is given up shows in the trail, as the denied or failed Invoke.
    if (over || (error instanceof AwsError && PERMANENT.has(error.code))) return this.#table.delete(id);
    const delay = Math.min(LONGEST_DELAY_MS, 1000 * 2 ** failures);
    this.#schedule({ ...delivery, failures: failures + 1, dueAt: now + delay });
  }
}
