/** How a command goes on a guest. `unreachable`: the agent never takes it; `hang`: it takes it and never ends. */
export const OUTCOMES = ['succeed', 'fail', 'hang', 'unreachable'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * What VSS does on a Windows guest. `missing`: AwsVssComponents is not installed; `freeze-fails`: the writers do not
 * freeze, nothing is taken; `thaw-fails`: the snapshots are taken, but not consistent, and stay without their tag;
 * `thaw-hangs`: they are taken, and nothing is heard any more.
 */
export const VSS_STATES = ['works', 'missing', 'freeze-fails', 'thaw-fails', 'thaw-hangs'] as const;
export type VssState = (typeof VSS_STATES)[number];

/** How a guest behaves; whoever tries something out decides it, since no guest really runs. */
export interface Guest {
  /** Absent: the agent is there if the instance has an instance profile. */
  readonly agent?: boolean;
  readonly commands: Outcome;
  /** The first whose text occurs in the commands decides instead of `commands`. */
  readonly scripts: readonly { readonly contains: string; readonly outcome: Outcome }[];
  /** What a command that ends prints, and its exit code if it fails. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly vss: VssState;
}

export type InvocationStatus = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';

/** One command on one instance. Times are milliseconds since 1970. */
export interface Invocation {
  readonly commandId: string;
  readonly instanceId: string;
  readonly accountId: string;
  readonly region: string;
  readonly document: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly comment: string;
  readonly requestedAt: number;
  /** If the agent has not taken it until then, it never will. */
  readonly deliveryEndsAt: number;
  /** How long it may run once it has been taken. */
  readonly executionMs: number;
  readonly status: InvocationStatus;
  readonly statusDetails: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** -1 until it has ended. */
  readonly responseCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** It is at work in a way that a stop of the cloud cuts short. */
  readonly working?: boolean;
}
