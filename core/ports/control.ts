/** The rest of what steps reach: the work area, executions, queues, secrets, task tokens. */

/** A bucket of the control plane: block lists, orders' documents, segment results. Strongly consistent. */
export interface WorkArea {
  readonly bucket: string;
  /** JSON; undefined if absent. */
  getJson(key: string): Promise<unknown>;
  /** Creates or replaces. */
  putJson(key: string, value: unknown): Promise<void>;
}

export interface Executions {
  /**
   * Starts `machine` under `name` (≤ 80 characters). The same name and input while it runs: fine, the same execution.
   * `exists` when the name was used before and has ended or had another input: look at the job's record.
   */
  start(
    machine: 'backup' | 'restore' | 'cleanup',
    name: string,
    input: object,
  ): Promise<{ readonly outcome: 'started' | 'exists'; readonly executionArn: string }>;
  /** RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED; undefined if there is none of that name. */
  status(machine: 'backup' | 'restore' | 'cleanup', name: string): Promise<string | undefined>;
  /** Idempotent. */
  stop(machine: 'backup' | 'restore' | 'cleanup', name: string, error: string, cause: string): Promise<void>;
}

export interface Queues {
  /** Makes a queue, or finds the one of that name; answers its URL. */
  ensure(name: string): Promise<string>;
}

export interface Secrets {
  /** Answers the secret's ARN. */
  create(name: string, value: string): Promise<string>;
  delete(arn: string): Promise<void>;
}

export interface TaskTokens {
  /** Resets the task's heartbeat; false if the token is dead (answered, timed out, or its execution ended). */
  heartbeat(taskToken: string): Promise<boolean>;
  /** Ends the task with an error by name; a dead token is fine. */
  fail(taskToken: string, error: string, cause: string): Promise<void>;
}

/** Hex SHA-256. */
export type Sha256 = (text: string) => string;
