import { type Json, type JsonObject, jsonBytes } from '../json.ts';
import type { State } from './definition.ts';
import { EvaluationFailure, StateFailure } from './errors.ts';
import { evaluate } from './evaluate.ts';
import type { Frame } from './frame.ts';
import type { Run } from './run.ts';

/** 256 KiB: AWS's limit of an input, output, argument or variable. */
export const PAYLOAD_LIMIT = 262_144;

export interface StateResult {
  readonly output: Json;
  /** Absent at the end of the block. */
  readonly next?: string;
}

export type StateHandler = (context: StateContext) => Promise<StateResult>;

/** What one visit of a state knows. */
export class StateContext {
  readonly run: Run;
  readonly frame: Frame;
  readonly name: string;
  readonly state: State;
  readonly input: Json;
  readonly isJsonata: boolean;
  readonly #before: number;
  /** Id of the StateEntered event. */
  entered = 0;
  #enteredTime = 0;
  retryCount = 0;
  /** Of the present attempt of a task that waits for a token. */
  token: string | undefined;

  constructor(run: Run, frame: Frame, name: string, state: State, input: Json) {
    this.run = run;
    this.frame = frame;
    this.name = name;
    this.state = state;
    this.input = input;
    this.isJsonata = (state.QueryLanguage ?? run.machine.QueryLanguage) === 'JSONata';
    this.#before = frame.previous;
  }

  async enter(): Promise<void> {
    const details = { name: this.name, input: JSON.stringify(this.input) };
    this.frame.active = this.state.Type;
    this.entered = await this.run.emit(this.frame, `${this.state.Type}StateEntered`, details);
    this.frame.previous = this.entered;
    this.#enteredTime = this.frame.now;
  }

  /** Adds an event and goes on from it. */
  async emit(type: string, details?: JsonObject, previous?: number): Promise<number> {
    this.frame.previous = await this.run.emit(this.frame, type, details, previous);
    return this.frame.previous;
  }

  /** Evaluates a field; outside JSONata states fields are literals. */
  async evaluate(value: Json, field: string, more: JsonObject = {}, context: JsonObject = {}): Promise<Json> {
    if (!this.isJsonata || (typeof value !== 'string' && typeof value !== 'object')) return value;
    const { run, frame } = this;
    // A field is evaluated once an attempt (or once an item), so this names the evaluation, whatever a replay left out.
    const item = (context.Map as { Item?: { Index?: number } } | undefined)?.Item?.Index ?? '';
    const where = `${frame.path}|${this.entered}|${this.retryCount}|${item}`;
    return evaluate(
      value,
      field,
      {
        states: { input: this.input, context: { ...this.contextObject(), ...context }, ...more },
        variables: frame.variables,
      },
      { seed: run.record.seed, where, now: frame.now },
    );
  }

  contextObject(): JsonObject {
    const { record } = this.run;
    const iso = (time: number): string => new Date(time).toISOString();
    const retries = ['Task', 'Parallel', 'Map'].includes(this.state.Type) ? { RetryCount: this.retryCount } : {};
    return {
      Execution: {
        Id: record.arn,
        Input: this.run.input,
        StartTime: iso(record.startDate),
        Name: record.name,
        RoleArn: record.roleArn,
        RedriveCount: 0,
      },
      StateMachine: { Id: record.machineArn, Name: record.machineArn.split(':')[6] ?? '' },
      State: { Name: this.name, EnteredTime: iso(this.#enteredTime), ...retries },
      ...(this.token === undefined ? {} : { Task: { Token: this.token } }),
      ...(this.frame.mapItem ? { Map: { Item: this.frame.mapItem } } : {}),
    };
  }

  /** Applies `Output` and `Assign` (the state's, a rule's or a catcher's) and leaves the state. */
  async exit(
    from: { readonly Output?: Json; readonly Assign?: JsonObject },
    fallback: Json,
    more: JsonObject = {},
    options: { previous?: number | undefined; prefix?: string } = {},
  ): Promise<Json> {
    const prefix = options.prefix ?? '';
    const output = from.Output === undefined ? fallback : await this.evaluate(from.Output, `${prefix}Output`, more);
    const assigned = from.Assign === undefined ? undefined : await this.evaluate(from.Assign, `${prefix}Assign`, more);
    checkSize(
      output,
      `The state/task '${this.name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    );
    const variables = (assigned ?? {}) as JsonObject;
    for (const [name, value] of Object.entries(variables)) {
      checkSize(value, `The value of the variable '${name}' exceeds the maximum number of bytes service limit.`);
    }
    Object.assign(this.frame.variables, variables);
    const details: JsonObject = { name: this.name, output: JSON.stringify(output) };
    if (Object.keys(variables).length > 0) {
      details.assignedVariables = Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, JSON.stringify(value)]),
      );
    }
    await this.emit(`${this.state.Type}StateExited`, details, options.previous);
    this.frame.active = undefined;
    return output;
  }

  /** The failure that Retry and Catch see; an evaluation that failed is put into the history first. */
  async failureOf(error: unknown): Promise<StateFailure> {
    if (error instanceof StateFailure) return error;
    if (!(error instanceof EvaluationFailure)) throw error;
    const cause = `An error occurred while executing the state '${this.name}' (entered at the event id #${this.entered}). ${error.message}`;
    const details: JsonObject = { error: 'States.QueryEvaluationError', cause, state: this.name };
    if (error.location !== undefined) details.location = error.location;
    // AWS points at the event before the state was entered, unless the state has done something meanwhile.
    const early = this.frame.previous === this.entered && !error.late;
    await this.emit('EvaluationFailed', details, early ? this.#before : undefined);
    return new StateFailure('States.QueryEvaluationError', cause);
  }
}

export const checkSize = (value: Json, cause: string): void => {
  if (jsonBytes(value) > PAYLOAD_LIMIT) throw new StateFailure('States.DataLimitExceeded', cause);
};
