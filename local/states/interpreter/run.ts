import type { Kernel, Principal } from '../../kernel/service.ts';
import type { Json, JsonObject } from '../json.ts';
import {
  type EventRecord,
  type ExecutionRecord,
  eventKey,
  type Failure,
  keyOf,
  type Outcome,
  type Tables,
  type TokenRecord,
} from '../records.ts';
import type { Block, Machine } from './definition.ts';
import { Aborted, HistoryFull, StateFailure } from './errors.ts';
import type { Frame } from './frame.ts';

/** AWS's limit of events in a history; the last one tells how it ended. */
const HISTORY_LIMIT = 25_000;

/** What a run needs of the service that it belongs to. */
export interface Engine {
  readonly kernel: Kernel;
  readonly tables: Tables;
  /** Resolves when the execution has ended, at once if it has. */
  finished(executionArn: string, signal: AbortSignal): Promise<ExecutionRecord>;
  /** Registers a distributed Map's child: the next StartExecution of its name, which nobody else knows, starts it. */
  expectChild(record: ExecutionRecord): void;
  /** Ends an execution and what it started. */
  abort(executionArn: string, failure: Failure): void;
  /** Opens a token, or finds it open; then resolves when it is answered (`true`) or started by a worker (`false`). */
  openToken(token: string, record: TokenRecord): void;
  tokenChange(token: string, signal: AbortSignal): Promise<void>;
  closeToken(token: string): void;
  /** Whether the local cloud is being stopped: what is going on then is not over, only interrupted. */
  readonly stopping: boolean;
  /** Hands a task to an activity's workers. */
  offerActivityTask(activityArn: string, token: string, input: string, where: string): void;
}

/** Goes from state to state until one of them ends the block; gives its output. */
export type Interpret = (run: Run, frame: Frame, block: Block, input: Json) => Promise<Json>;

/**
 * One execution being interpreted. The interpreter is deterministic but for its effects and the order of its events;
 * both are written down as they happen, under the place in the program (`at`) that they belong to. After a restart
 * the program runs again from the start: what is written down is found, not done again, and the rest waits at a gate
 * until everything written down has been gone through.
 */
export class Run {
  readonly engine: Engine;
  readonly record: ExecutionRecord;
  readonly machine: Machine;
  readonly input: Json;
  readonly #interpret: Interpret;
  readonly #recorded = new Map<string, EventRecord>();
  readonly #gate: { promise: Promise<void>; open: () => void };
  #live: boolean;
  #lastId = 0;
  #principal: Principal | undefined;

  constructor(engine: Engine, record: ExecutionRecord, machine: Machine, interpret: Interpret) {
    this.engine = engine;
    this.record = record;
    this.machine = machine;
    this.input = JSON.parse(record.input) as Json;
    this.#interpret = interpret;
    this.#live = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = { promise, open: resolve };
    for (const { value } of engine.tables.history.entries(keyOf(record.arn, ''))) {
      this.#recorded.set(value.at, value);
      this.#lastId = Math.max(this.#lastId, value.id);
    }
  }

  /** Runs a block of states in a branch: the machine itself, or what a Parallel or Map state has inside. */
  interpret(frame: Frame, block: Block, input: Json): Promise<Json> {
    return this.#interpret(this, frame, block, input);
  }

  /** Ends the replay. */
  goLive(): void {
    this.#live = true;
    this.#gate.open();
  }

  /** Waits until the replay is over. */
  async whenLive(frame: Frame): Promise<void> {
    if (!this.#live) await this.#gate.promise;
    if (frame.signal.aborted) throw new Aborted();
  }

  now(): number {
    return this.engine.kernel.clock.now();
  }

  /** Adds an event to the history, after `previous` (the branch's last one); gives its id. */
  async emit(frame: Frame, type: string, details?: JsonObject, previous = frame.previous): Promise<number> {
    const at = frame.place();
    const recorded = this.#recorded.get(at);
    if (recorded) {
      frame.now = recorded.timestamp;
      return recorded.id;
    }
    await this.whenLive(frame);
    if (this.#lastId >= HISTORY_LIMIT - 1) throw new HistoryFull();
    frame.now = this.now();
    return this.append(at, type, previous, details, frame.now);
  }

  append(
    at: string,
    type: string,
    previousEventId: number,
    details: JsonObject | undefined,
    timestamp: number,
  ): number {
    const id = ++this.#lastId;
    const event: EventRecord = { id, previousEventId, timestamp, type, at, ...(details ? { details } : {}) };
    this.engine.tables.history.put(eventKey(this.record.arn, id), event);
    return id;
  }

  journalKey(at: string): string {
    return keyOf(this.record.arn, at);
  }

  outcomeAt(at: string): Outcome | undefined {
    return this.engine.tables.journal.get(this.journalKey(at));
  }

  /**
   * Does something to the outside world once, and remembers what came of it. Done again only if the process ended
   * before it was known. Past `deadline` (ms since 1970) it fails with States.Timeout.
   */
  async effect(
    frame: Frame,
    act: (signal: AbortSignal) => Promise<Json>,
    deadline?: number,
    at = frame.place(),
  ): Promise<Json> {
    let outcome = this.outcomeAt(at);
    if (!outcome) {
      await this.whenLive(frame);
      const settled = await this.#settle(act, frame, deadline);
      // What waits for a token finds the answer in the journal, where the API has put it.
      outcome = this.outcomeAt(at) ?? settled;
      this.engine.tables.journal.put(this.journalKey(at), outcome);
    }
    frame.now = Math.max(frame.now, outcome.time);
    if (outcome.failure) throw StateFailure.of(outcome.failure);
    return outcome.value === undefined ? null : (JSON.parse(outcome.value) as Json);
  }

  /** Which of several things that happened at once was taken first; the same after a restart. */
  decided(frame: Frame): { readonly value: Json | undefined; decide(value: Json): void } {
    const key = this.journalKey(frame.place());
    const known = this.engine.tables.journal.get(key)?.value;
    return {
      value: known === undefined ? undefined : (JSON.parse(known) as Json),
      decide: (value) => this.engine.tables.journal.put(key, { time: this.now(), value: JSON.stringify(value) }),
    };
  }

  async sleepUntil(frame: Frame, time: number): Promise<void> {
    // A replay must get past the waits that are over without waiting for a timer.
    if (time > this.now()) {
      await this.whenLive(frame);
      await this.#timer(time, frame.signal);
    }
    frame.now = Math.max(frame.now, time);
  }

  /** The session that the machine's role has given to Step Functions; renewed when it has run out. */
  async principal(): Promise<Principal> {
    const soon = this.now() + 60_000;
    if (!this.#principal || (this.#principal.expiresAt ?? Number.POSITIVE_INFINITY) < soon) {
      const { kernel } = this.engine;
      const machineArn = this.record.machineArn.split('/')[0];
      this.#principal = await kernel.serviceSession(
        'states.amazonaws.com',
        this.record.roleArn,
        kernel.randomHex(16),
        machineArn,
      );
    }
    return this.#principal;
  }

  async #settle(
    act: (signal: AbortSignal) => Promise<Json>,
    frame: Frame,
    deadline: number | undefined,
  ): Promise<Outcome> {
    const timedOut = (): Outcome => ({ time: this.now(), failure: { error: 'States.Timeout' } });
    if (deadline !== undefined && deadline <= this.now()) return timedOut();
    const ending = new AbortController();
    const signal = AbortSignal.any([frame.signal, ending.signal]);
    const acting = act(signal).then(
      (value): Outcome => ({ time: this.now(), value: JSON.stringify(value) }),
      (error: unknown): Outcome => {
        if (error instanceof StateFailure) return { time: this.now(), failure: error.failure };
        throw error;
      },
    );
    const aborted = new Promise<never>((_, reject) => {
      frame.signal.addEventListener('abort', () => reject(new Aborted()), { once: true, signal: ending.signal });
    });
    const racers: Promise<Outcome>[] = [acting, aborted];
    if (deadline !== undefined) {
      racers.push(this.#timer(deadline, signal).then(timedOut));
    }
    for (const racer of racers) racer.catch(() => undefined);
    try {
      return await Promise.race(racers);
    } finally {
      ending.abort(new Aborted());
    }
  }

  #timer(time: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new Aborted());
      const cancel = (): void => {
        timer.cancel();
        reject(new Aborted());
      };
      const timer = this.engine.kernel.clock.at(time, () => {
        signal.removeEventListener('abort', cancel);
        resolve();
      });
      signal.addEventListener('abort', cancel, { once: true });
    });
  }
}
