import type { Failure } from '../records.ts';

/** A state failed with an error name that Retry and Catch can match. Both members may be missing, as in AWS. */
export class StateFailure extends Error {
  readonly failure: Failure;

  constructor(error: string | undefined, cause: string | undefined, heartbeat = false) {
    super(`${error ?? 'no error name'}: ${cause ?? 'no cause'}`);
    this.name = 'StateFailure';
    this.failure = {
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
      ...(heartbeat ? { heartbeat } : {}),
    };
  }

  static of(failure: Failure): StateFailure {
    return new StateFailure(failure.error, failure.cause, failure.heartbeat);
  }
}

/** An expression or its result was unusable; the history tells where. */
export class EvaluationFailure extends Error {
  /** e.g. `Output/result`; absent where no field is to blame */
  readonly location: string | undefined;
  /** Whether the expression itself was fine, and only its use failed. */
  readonly late: boolean;

  constructor(message: string, location?: string, late = false) {
    super(message);
    this.name = 'EvaluationFailure';
    this.location = location;
    this.late = late;
  }
}

/** What a branch is left with when something else has ended it. Never reaches a Catch. */
export class Aborted extends Error {
  constructor() {
    super('aborted');
    this.name = 'Aborted';
  }
}

/** Ends the execution at once, past every Catch: the history is full. */
export class HistoryFull extends Error {
  constructor() {
    super('The execution reached the maximum number of history events (25000).');
    this.name = 'HistoryFull';
  }
}
