import type { Store, Table } from '../kernel/store.ts';
import type { JsonObject } from './json.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
export type MachineType = 'STANDARD' | 'EXPRESS';

export interface MachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly type: MachineType;
  /** Definition as the caller wrote it. */
  readonly definition: string;
  readonly roleArn: string;
  readonly revisionId: string;
  /** ms since 1970 */
  readonly creationDate: number;
  readonly updateDate: number;
  readonly options: JsonObject;
}

export interface ExecutionRecord {
  readonly arn: string;
  readonly name: string;
  /** For a distributed Map's child with the Map's label: `…:stateMachine:name/label`. */
  readonly machineArn: string;
  /** Key of the definition that this execution goes by, whatever UpdateStateMachine does meanwhile. */
  readonly revision: string;
  readonly roleArn: string;
  readonly type: MachineType;
  readonly status: ExecutionStatus;
  readonly startDate: number;
  readonly stopDate?: number;
  /** JSON text */
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Everything random in this execution is derived from it, so that a replay finds the same values. */
  readonly seed: string;
  /** Of a distributed Map's child. */
  readonly mapRunArn?: string;
  readonly itemCount?: number;
  readonly traceHeader?: string;
}

/** One history event; `at` is the place in the program that wrote it, by which a replay finds it again. */
export interface EventRecord {
  readonly id: number;
  readonly previousEventId: number;
  /** ms since 1970 */
  readonly timestamp: number;
  readonly type: string;
  readonly details?: JsonObject;
  readonly at: string;
}

/** What came of an effect: a call's answer, a token's answer, which of several branches failed first. */
export interface Outcome {
  readonly time: number;
  /** JSON text */
  readonly value?: string;
  readonly failure?: Failure;
}

export interface Failure {
  readonly error?: string;
  readonly cause?: string;
  /** A missed heartbeat is reported as States.Timeout and may be caught as States.HeartbeatTimeout too. */
  readonly heartbeat?: boolean;
}

export interface TokenRecord {
  readonly executionArn: string;
  /** Journal key of the answer, and, for activities, of the start. */
  readonly answerAt: string;
  readonly startAt?: string;
  readonly state: 'waiting' | 'started' | 'answered' | 'timed-out';
  readonly heartbeatSeconds?: number;
  /** When the heartbeat was last seen; ms since 1970. */
  readonly heartbeatAt?: number;
}

export interface MapRunRecord {
  readonly arn: string;
  readonly executionArn: string;
  readonly machineArn: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly startDate: number;
  readonly stopDate?: number;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  readonly type: MachineType;
  /** Number of child executions; absent until the items have been read. */
  readonly total?: number;
  readonly items?: number;
  /** Child executions whose results ResultWriter has written. */
  readonly resultsWritten?: number;
}

/** One child of a Map Run, known before it is started. */
export interface MapItemRecord {
  /** JSON text */
  readonly input: string;
  /** How many items are in it (more than one with ItemBatcher). */
  readonly items: number;
}

export interface ActivityRecord {
  readonly arn: string;
  readonly name: string;
  readonly creationDate: number;
}

export interface ActivityTaskRecord {
  readonly token: string;
  readonly input: string;
}

export interface Tables {
  readonly machines: Table<MachineRecord>;
  /** `<machine arn>|<revision id>` → definition */
  readonly revisions: Table<{ definition: string; type: MachineType }>;
  readonly executions: Table<ExecutionRecord>;
  /** `<execution arn>|<id, 6 digits>` */
  readonly history: Table<EventRecord>;
  /** `<execution arn>|<at>` */
  readonly journal: Table<Outcome>;
  readonly tokens: Table<TokenRecord>;
  readonly mapRuns: Table<MapRunRecord>;
  /** `<execution arn>|<map run arn>` */
  readonly mapRunsOf: Table<true>;
  /** `<map run arn>|<index, 9 digits>` */
  readonly mapItems: Table<MapItemRecord>;
  readonly activities: Table<ActivityRecord>;
  /** `<activity arn>|<when, where>`: tasks that no worker has taken yet */
  readonly activityTasks: Table<ActivityTaskRecord>;
  /** Execution ARNs that were running when the process ended are looked up here at start. */
  readonly running: Table<true>;
}

export const openTables = (store: Store): Tables => ({
  machines: store.table('states-machines'),
  revisions: store.table('states-revisions'),
  executions: store.table('states-executions'),
  history: store.table('states-history'),
  journal: store.table('states-journal'),
  tokens: store.table('states-tokens'),
  mapRuns: store.table('states-map-runs'),
  mapRunsOf: store.table('states-map-runs-of'),
  mapItems: store.table('states-map-items'),
  activities: store.table('states-activities'),
  activityTasks: store.table('states-activity-tasks'),
  running: store.table('states-running'),
});

/** Parts joined in one key; `|` cannot occur in any name. */
export const keyOf = (...parts: readonly string[]): string => parts.join('|');

export const eventKey = (executionArn: string, id: number): string => keyOf(executionArn, String(id).padStart(6, '0'));
export const itemKey = (mapRunArn: string, index: number): string => keyOf(mapRunArn, String(index).padStart(9, '0'));
