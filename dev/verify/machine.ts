/** A state machine as its file has it. */
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Assign?: unknown;
  readonly Output?: unknown;
}

export interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Resource?: string;
  readonly Arguments?: { readonly FunctionName?: string; readonly StateMachineArn?: string } & Record<string, unknown>;
  readonly Assign?: unknown;
  readonly Output?: unknown;
  readonly Choices?: readonly (Omit<Catcher, 'ErrorEquals'> & { readonly Condition: string })[];
  readonly Catch?: readonly Catcher[];
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly TimeoutSeconds?: unknown;
  readonly HeartbeatSeconds?: unknown;
  readonly Seconds?: unknown;
  readonly Timestamp?: unknown;
  readonly ItemReader?: { readonly Arguments?: unknown };
  readonly Items?: unknown;
  readonly ItemSelector?: unknown;
  readonly ItemProcessor?: Machine;
  readonly Branches?: readonly Machine[];
  readonly ResultWriter?: { readonly Arguments?: unknown };
  readonly MaxConcurrency?: unknown;
  readonly Error?: unknown;
  readonly Cause?: unknown;
}

export interface Machine {
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

/** Every state, those of Maps and Parallels too. */
export const statesOf = (machine: Machine): readonly (readonly [name: string, state: State])[] =>
  Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state] as const,
    ...[...(state.ItemProcessor ? [state.ItemProcessor] : []), ...(state.Branches ?? [])].flatMap(statesOf),
  ]);
