/** The rest of what steps reach: the work area, executions, queues, secrets, task tokens. */

import type { HypervisorId, PlanId } from '../contracts/ids.ts';
import type { JobType } from '../domain/job.ts';
import type { PlanAction } from '../domain/plan.ts';
import type { ShownData } from '../domain/shown-data.ts';

/** A bucket of the control plane: block lists, orders' documents, segment results. Strongly consistent. */
export interface WorkArea {
  readonly bucket: string;
  /** JSON; undefined if absent. */
  getJson(key: string): Promise<unknown>;
  /** Creates or replaces. */
  putJson(key: string, value: unknown): Promise<void>;
  /** Creates or replaces `to`, whatever `from` holds. False if there is no `from` (any more). */
  copy(from: string, to: string): Promise<boolean>;
}

/** Of an execution. */
export interface ExecutionState {
  /** RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED. */
  readonly status: string;
  /** What it failed with, or was stopped with: by its first thrower's name, and in its words. */
  readonly error?: { readonly name: string; readonly cause: string };
}

export interface Executions {
  /**
   * Starts `machine` under `name` (≤ 80 characters). The same name and input while it runs: fine, the same execution.
   * `exists` when the name was used before and has ended or had another input: look at the job's record.
   */
  start(
    machine: Machine,
    name: string,
    input: object,
  ): Promise<{ readonly outcome: 'started' | 'exists'; readonly executionArn: string }>;
  /** RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED; undefined if there is none of that name. */
  status(machine: Machine, name: string): Promise<string | undefined>;
  /** Its status, and why it ended; undefined if there is none of that name. */
  state(machine: Machine, name: string): Promise<ExecutionState | undefined>;
  /** Idempotent. */
  stop(machine: Machine, name: string, error: string, cause: string): Promise<void>;
  /**
   * The states that an execution went through, in order, with those of the executions that it started (the children of
   * its Maps, the machines that it ran; and what those ran) below them: of 50 children of a Map and 100 executions in
   * all, at most. A history also holds task tokens: of inputs and outputs, only what `shownData` shows, of the states asked for.
   * Undefined if there is none of that name (any more: Step Functions keeps them for 90 days).
   */
  path(machine: Machine, name: string, show?: ShownStates): Promise<ExecutionPath | undefined>;
}

/** Whose input and output is told: states of that name; `instanceId`: in executions that are about no other. */
export interface ShownStates {
  readonly state: string;
  readonly instanceId?: string;
}

export type Machine = JobType | 'cleanup' | 'library-run';

export interface ExecutionPath {
  readonly executionArn: string;
  readonly status: string;
  readonly states: readonly PathState[];
}

export interface PathState {
  readonly name: string;
  /** ms since 1970 */
  readonly enteredAt: number;
  /** Absent: it is in this state. */
  readonly exitedAt?: number;
  readonly error?: { readonly name: string; readonly cause: string };
  /** How often its task was begun, if more than once; and why it was begun again, the last ones. */
  readonly tries?: number;
  readonly retries?: readonly { readonly at: number; readonly name: string; readonly cause: string }[];
  readonly input?: ShownData;
  readonly output?: ShownData;
  /** Of a Map: its children; of a state that runs another machine: that one. `label` is an instance's id, where known. */
  readonly children?: readonly {
    readonly label: string;
    readonly status: string;
    readonly states: readonly PathState[];
  }[];
}

/** EventBridge Scheduler, in a group of the deployment's own. */
export interface Schedules {
  /** Makes or changes the schedule of that name (≤ 64 characters). It starts a job of the plan, naming the scheduled time. */
  put(schedule: {
    readonly name: string;
    readonly expression: string;
    readonly timeZone: string;
    readonly enabled: boolean;
    readonly input: { readonly hypervisorId: HypervisorId; readonly planId: PlanId; readonly action: PlanAction };
  }): Promise<void>;
  /** Idempotent. */
  remove(name: string): Promise<void>;
}

export interface Queues {
  /** Makes a queue, or finds the one of that name; answers its URL. */
  ensure(name: string): Promise<string>;
  /** The URL of the queue of that name, if there is one. */
  find(name: string): Promise<string | undefined>;
  /** Idempotent. */
  remove(url: string): Promise<void>;
}

export interface Secrets {
  /** Makes the secret, or gives the one of that name this value; answers its ARN. */
  create(name: string, value: string): Promise<string>;
  /** Gives a secret that is there another value; the one before is kept as its previous version. */
  replace(secretArn: string, value: string): Promise<void>;
  /** By ARN or name. Idempotent. */
  delete(secret: string): Promise<void>;
}

export interface TaskTokens {
  /** Resets the task's heartbeat; false if the token is dead (answered, timed out, or its execution ended). */
  heartbeat(taskToken: string): Promise<boolean>;
  /** Ends the task with an error by name; a dead token is fine. */
  fail(taskToken: string, error: string, cause: string): Promise<void>;
}

/** Hex SHA-256. */
export type Sha256 = (text: string) => string;
