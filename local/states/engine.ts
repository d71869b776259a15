import type { Kernel } from '../kernel/service.ts';
import { emitStatusChange } from './events.ts';
import type { Machine } from './interpreter/definition.ts';
import { Aborted, HistoryFull, StateFailure } from './interpreter/errors.ts';
import { Frame } from './interpreter/frame.ts';
import { type Engine, Run } from './interpreter/run.ts';
import { runStates } from './interpreter/run-states.ts';
import {
  type ExecutionRecord,
  type ExecutionStatus,
  eventKey,
  type Failure,
  keyOf,
  openTables,
  type TokenRecord,
} from './records.ts';
import { Signals } from './signals.ts';

interface Running {
  readonly run: Run;
  readonly frame: Frame;
  readonly controller: AbortController;
}

/** Runs executions, tells who waits when they end, and goes on with them after a restart. */
export class StatesEngine implements Engine {
  readonly kernel: Kernel;
  readonly tables: Engine['tables'];
  stopping = false;
  readonly #running = new Map<string, Running>();
  readonly #expected = new Map<string, ExecutionRecord>();
  readonly #ended = new Signals();
  readonly #tokens = new Signals();
  readonly #offers = new Signals();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.tables = openTables(kernel.store);
  }

  /** Writes a new execution down and begins it. */
  start(record: ExecutionRecord): void {
    this.kernel.store.transaction(() => {
      this.tables.executions.put(record.arn, record);
      this.tables.running.put(record.arn, true);
      this.tables.history.put(eventKey(record.arn, 1), {
        id: 1,
        previousEventId: 0,
        timestamp: record.startDate,
        type: 'ExecutionStarted',
        at: 'start',
        details: { input: record.input, roleArn: record.roleArn },
      });
    });
    emitStatusChange(this.kernel, record);
    this.#launch(record).goLive();
  }

  expectChild(record: ExecutionRecord): void {
    this.#expected.set(record.name, record);
  }

  /** The child that a StartExecution with this name is for, if it is a distributed Map's. */
  takeExpected(name: string | undefined): ExecutionRecord | undefined {
    const record = name === undefined ? undefined : this.#expected.get(name);
    if (record) this.#expected.delete(record.name);
    return record;
  }

  /** Goes on with what was running when the process ended. */
  recover(): void {
    const runs: Run[] = [];
    for (const { key } of this.tables.running.entries()) {
      const record = this.tables.executions.get(key);
      if (record?.status === 'RUNNING') runs.push(this.#launch(record));
      else this.tables.running.delete(key);
    }
    // Replaying takes no more than promises that are already settled, so one turn of the loop is enough for all.
    setImmediate(() => {
      if (!this.stopping) for (const run of runs) run.goLive();
    });
  }

  stop(): void {
    this.stopping = true;
    for (const { controller } of this.#running.values()) controller.abort(new Aborted());
    this.#running.clear();
    this.#offers.notifyAll();
  }

  async finished(executionArn: string, signal: AbortSignal): Promise<ExecutionRecord> {
    for (;;) {
      const record = this.tables.executions.get(executionArn);
      if (!record) throw new StateFailure('States.TaskFailed', `Execution does not exist: ${executionArn}`);
      if (record.status !== 'RUNNING') return record;
      await this.#ended.wait(executionArn, signal);
    }
  }

  abort(executionArn: string, failure: Failure): void {
    this.#finish(executionArn, 'ABORTED', failure, 0);
  }

  openToken(token: string, record: TokenRecord): void {
    if (!this.tables.tokens.get(token)) this.tables.tokens.put(token, record);
  }

  tokenChange(token: string, signal: AbortSignal): Promise<void> {
    return this.#tokens.wait(token, signal);
  }

  tokenChanged(token: string): void {
    this.#tokens.notify(token);
  }

  closeToken(token: string): void {
    const record = this.tables.tokens.get(token);
    if (this.stopping || !record || record.state === 'answered') return;
    this.tables.tokens.put(token, { ...record, state: 'timed-out' });
  }

  offerActivityTask(activityArn: string, token: string, input: string, where: string): void {
    if (this.tables.tokens.get(token)?.state !== 'waiting') return;
    this.tables.activityTasks.put(keyOf(activityArn, where), { token, input });
    this.#offers.notify(activityArn);
  }

  /** Resolves when a task may have been offered, at once when the cloud stops. */
  offered(activityArn: string, signal: AbortSignal): Promise<void> {
    return this.#offers.wait(activityArn, signal);
  }

  #launch(record: ExecutionRecord): Run {
    const revision = this.tables.revisions.get(record.revision);
    if (!revision) throw new Error(`the definition of ${record.arn} is missing`);
    const machine = JSON.parse(revision.definition) as Machine;
    const controller = new AbortController();
    const run = new Run(this, record, machine, runStates);
    const frame = new Frame('', controller.signal, { previous: 0, now: record.startDate, variables: {} });
    this.#running.set(record.arn, { run, frame, controller });
    if (machine.TimeoutSeconds !== undefined) {
      const due = record.startDate + machine.TimeoutSeconds * 1000;
      const timer = this.kernel.clock.at(due, () => this.#finish(record.arn, 'TIMED_OUT', {}));
      controller.signal.addEventListener('abort', () => timer.cancel(), { once: true });
    }
    run.interpret(frame, machine, run.input).then(
      (output) => this.#finish(record.arn, 'SUCCEEDED', {}, undefined, JSON.stringify(output)),
      (error: unknown) => this.#failed(record.arn, error),
    );
    return run;
  }

  #failed(executionArn: string, error: unknown): void {
    if (error instanceof Aborted) return;
    if (error instanceof StateFailure) {
      this.#finish(executionArn, 'FAILED', error.failure);
      return;
    }
    // Either the history is full, or this interpreter has a fault; AWS has one name for both.
    const cause = error instanceof HistoryFull ? error.message : `Internal error: ${(error as Error).stack}`;
    this.#finish(executionArn, 'FAILED', { error: 'States.Runtime', cause });
  }

  #finish(
    executionArn: string,
    status: Exclude<ExecutionStatus, 'RUNNING'>,
    { error, cause }: Failure,
    previous?: number,
    output?: string,
  ): void {
    const running = this.#running.get(executionArn);
    const record = this.tables.executions.get(executionArn);
    if (this.stopping || !running || record?.status !== 'RUNNING') return;
    const { run, frame, controller } = running;
    const now = this.kernel.clock.now();
    const failure = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
    const result = output === undefined ? failure : { output };
    const ended: ExecutionRecord = { ...record, status, stopDate: now, ...result };
    const type = `Execution${status === 'TIMED_OUT' ? 'TimedOut' : status.charAt(0) + status.slice(1).toLowerCase()}`;
    this.kernel.store.transaction(() => {
      run.append('end', type, previous ?? frame.previous, Object.keys(result).length > 0 ? result : undefined, now);
      this.tables.executions.put(executionArn, ended);
      this.tables.running.delete(executionArn);
      // What the journal holds is needed for a replay only.
      for (const { key } of [...this.tables.journal.entries(keyOf(executionArn, ''))]) this.tables.journal.delete(key);
    });
    this.#running.delete(executionArn);
    controller.abort(new Aborted());
    emitStatusChange(this.kernel, ended);
    this.#ended.notify(executionArn);
  }
}
