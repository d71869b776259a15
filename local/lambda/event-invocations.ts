import type { Timer } from '../kernel/clock.ts';
import type { Kernel } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import type { FunctionLogs } from './function-log.ts';
import type { FunctionRecord, Functions } from './functions.ts';
import type { InstancePool } from './instance-pool.ts';
import { onFailure, sendFailure } from './on-failure.ts';

interface EventInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON text */
  readonly payload: string;
  /** Attempts that have failed. */
  readonly failures: number;
  /** ms since 1970 */
  readonly dueAt: number;
}

/** How long Lambda waits before each of its two retries of a function that failed. */
const RETRY_DELAYS_MS = [60_000, 120_000];

/** Invocations of type Event: kept until the function has succeeded or failed three times, also across a restart. */
export class EventInvocations {
  readonly #kernel: Kernel;
  readonly #functions: Functions;
  readonly #pool: InstancePool;
  readonly #logs: Pick<FunctionLogs, 'write'>;
  readonly #table: Table<EventInvocation>;
  readonly #timers = new Map<string, Timer>();
  #stopped = false;

  constructor(kernel: Kernel, functions: Functions, pool: InstancePool, logs: Pick<FunctionLogs, 'write'>) {
    this.#kernel = kernel;
    this.#functions = functions;
    this.#pool = pool;
    this.#logs = logs;
    this.#table = kernel.store.table<EventInvocation>('lambda.events');
  }

  accept(functionArn: string, payload: string, requestId: string): void {
    const dueAt = this.#kernel.clock.now();
    this.#schedule({ requestId, functionArn, payload, failures: 0, dueAt });
  }

  resume(): void {
    for (const { value } of [...this.#table.entries()]) this.#arm(value);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #schedule(invocation: EventInvocation): void {
    this.#table.put(invocation.requestId, invocation);
    this.#arm(invocation);
  }

  #arm(invocation: EventInvocation): void {
    const timer = this.#kernel.clock.at(invocation.dueAt, () => {
      this.#timers.delete(invocation.requestId);
      void this.#run(invocation);
    });
    this.#timers.set(invocation.requestId, timer);
  }

  async #run(invocation: EventInvocation): Promise<void> {
    if (this.#stopped) return;
    const { requestId, functionArn, payload, failures } = invocation;
    const record = this.#functions.find(functionArn);
    if (!record) return this.#table.delete(requestId);
    const failed = await this.#pool.invoke(record, payload, requestId).then(
      (outcome) => outcome.failed,
      (error: Error) => {
        this.#logs.write(record, `${requestId}\t${error.name}: ${error.message}\n`);
        return true;
      },
    );
    // The end of the cloud ends functions too: that is no failure of theirs, and the next start runs them again.
    if (this.#stopped) return;
    const delay = RETRY_DELAYS_MS[failures];
    if (failed && delay === undefined) await this.#tellOfFailure(record, invocation);
    if (!failed || delay === undefined) return this.#table.delete(requestId);
    this.#schedule({ ...invocation, failures: failures + 1, dueAt: this.#kernel.clock.now() + delay });
  }

  /** What cannot be told is lost, as on AWS. */
  async #tellOfFailure(record: FunctionRecord, invocation: EventInvocation): Promise<void> {
    const queueArn = onFailure(this.#kernel, record.arn);
    if (queueArn === undefined) return;
    await sendFailure(this.#kernel, record, queueArn, invocation).catch((error: Error) =>
      this.#logs.write(record, `${invocation.requestId}\tnot told of: ${error.name}: ${error.message}\n`),
    );
  }
}
