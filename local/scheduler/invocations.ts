import type { Timer } from '../kernel/clock.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel, Principal } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import { fillContextAttributes } from './context-attributes.ts';
import { type Exhausted, sendDeadLetter } from './dead-letters.ts';
import type { Invocation } from './records.ts';
import { groupArn } from './schedules.ts';
import { callTarget, defaultInput, targetCall } from './targets.ts';

const PRINCIPAL = 'scheduler.amazonaws.com';
/** Doubling from 1 s up to this, the default policy's 185 retries fill its 24 hours. */
const LONGEST_DELAY_MS = 480_000;
const RETRYABLE = /Throttl|TooManyRequests|LimitExceeded|ServiceUnavailable|SdkClientException/;

/** What is the caller's fault, or lies in what is missing or forbidden, does not pass by waiting. */
const mayPass = (error: AwsError): boolean => error.status >= 500 || error.status === 429 || RETRYABLE.test(error.code);

const asAwsError = (error: unknown): AwsError =>
  error instanceof AwsError
    ? error
    : new AwsError('AWS.Scheduler.InternalServerError', 'Unexpected error occurred while processing the request', 500);

/** The session that the scheduler has with a schedule's role: on behalf of its group, as trust conditions see it. */
export const assumeRole = (
  kernel: Kernel,
  place: { readonly region: string; readonly accountId: string },
  group: string,
  roleArn: string,
): Promise<Principal> => kernel.serviceSession(PRINCIPAL, roleArn, kernel.randomHex(16), groupArn(place, group));

/** Invocations on their way to their targets: kept until delivered or given up, also across a restart. */
export class Invocations {
  readonly #kernel: Kernel;
  readonly #table: Table<Invocation>;
  readonly #timers = new Map<string, Timer>();
  readonly #onEnd: (scheduleArn: string) => void;
  #stopped = false;

  /** `onEnd` hears of each invocation that has been delivered or given up. */
  constructor(kernel: Kernel, onEnd: (scheduleArn: string) => void) {
    this.#kernel = kernel;
    this.#table = kernel.store.table<Invocation>('scheduler.invocations');
    this.#onEnd = onEnd;
  }

  accept(invocation: Invocation): void {
    this.#table.put(keyOf(invocation), invocation);
    this.#arm(invocation);
  }

  resume(): void {
    for (const { value } of [...this.#table.entries()]) this.#arm(value);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  pending(scheduleArn: string): boolean {
    for (const _ of this.#table.entries(`${scheduleArn}#`)) return true;
    return false;
  }

  /** Drops what a deleted schedule has on its way. */
  drop(scheduleArn: string): void {
    for (const { key } of [...this.#table.entries(`${scheduleArn}#`)]) {
      this.#timers.get(key)?.cancel();
      this.#timers.delete(key);
      this.#table.delete(key);
    }
  }

  #arm(invocation: Invocation): void {
    const key = keyOf(invocation);
    const timer = this.#kernel.clock.at(invocation.dueAt, () => {
      this.#timers.delete(key);
      void this.#deliver(invocation);
    });
    this.#timers.set(key, timer);
  }

  async #deliver(invocation: Invocation): Promise<void> {
    if (this.#stopped) return;
    const { target, region, group } = invocation;
    const executionId = this.#kernel.randomHex(8);
    const input = fillContextAttributes(target.Input ?? defaultInput(invocation), invocation, executionId);
    const call = targetCall(target.Arn, input);
    let role: Principal | undefined;
    let failure: AwsError | undefined;
    try {
      role = await assumeRole(this.#kernel, invocation, group, target.RoleArn);
      await callTarget(this.#kernel, role, region, call);
    } catch (error) {
      failure = asAwsError(error);
      if (failure !== error) console.error(`local cloud: scheduler: ${invocation.scheduleArn}:`, error);
    }
    // Delivered or not, the next start sees it still there if the cloud has ended: at least once.
    if (this.#stopped || !this.#table.get(keyOf(invocation))) return;
    if (!failure) return this.#end(invocation);
    const dueAt = this.#kernel.clock.now() + Math.min(LONGEST_DELAY_MS, 1000 * 2 ** invocation.failures);
    const exhausted = this.#exhausted(invocation, dueAt);
    if (mayPass(failure) && !exhausted) return this.accept({ ...invocation, failures: invocation.failures + 1, dueAt });
    const queueArn = target.DeadLetterConfig?.Arn;
    if (role && queueArn) {
      const letter = { call, executionId, error: failure, exhausted: mayPass(failure) ? exhausted : undefined };
      await sendDeadLetter(this.#kernel, role, queueArn, invocation, letter).catch((error: unknown) => {
        // A dead letter that cannot be sent is lost, as on AWS; the trail has the refused SendMessage.
        if (!(error instanceof AwsError)) throw error;
      });
    }
    if (!this.#stopped) this.#end(invocation);
  }

  #exhausted({ target, failures, firstAt }: Invocation, nextAt: number): Exhausted | undefined {
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = target.RetryPolicy;
    if (failures >= MaximumRetryAttempts) return 'MaximumRetryAttempts';
    return nextAt - firstAt > MaximumEventAgeInSeconds * 1000 ? 'MaximumEventAgeInSeconds' : undefined;
  }

  #end(invocation: Invocation): void {
    this.#table.delete(keyOf(invocation));
    this.#onEnd(invocation.scheduleArn);
  }
}

const keyOf = (invocation: Invocation): string => `${invocation.scheduleArn}#${invocation.id}`;
