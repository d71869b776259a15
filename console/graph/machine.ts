/** A state machine as it is drawn: what leads where. Made of its ASL, which has far more. */

export interface Transition {
  readonly to: string;
  readonly kind: 'next' | 'choice' | 'catch';
}

export interface DrawnState {
  readonly name: string;
  readonly type: string;
  readonly transitions: readonly Transition[];
  /** Of a Map: what each of its items goes through. */
  readonly inner?: DrawnMachine;
  /** The machine that it runs and waits for: `transfer`. */
  readonly runs?: string;
}

export interface DrawnMachine {
  readonly startAt: string;
  readonly states: readonly DrawnState[];
}

interface AslState {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
  readonly ItemProcessor?: Asl;
  readonly Resource?: string;
  readonly Arguments?: { readonly StateMachineArn?: unknown };
}
export interface Asl {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, AslState>>;
}

const transitionsOf = ({ Next, Default, Choices = [], Catch = [] }: AslState): Transition[] => {
  const all: Transition[] = [
    ...(Next === undefined ? [] : [{ to: Next, kind: 'next' as const }]),
    ...Choices.map((choice) => ({ to: choice.Next, kind: 'choice' as const })),
    ...(Default === undefined ? [] : [{ to: Default, kind: 'choice' as const }]),
    ...Catch.map((each) => ({ to: each.Next, kind: 'catch' as const })),
  ];
  return all.filter(({ to, kind }, i) => all.findIndex((each) => each.to === to && each.kind === kind) === i);
};

/** `#{SnapshotsStateMachine}` → `snapshots`: of those that are waited for. */
const runsOf = ({ Resource = '', Arguments }: AslState): string | undefined => {
  const arn = Arguments?.StateMachineArn;
  if (!Resource.includes('startExecution.sync') || typeof arn !== 'string') return undefined;
  return /^#\{(\w+)StateMachine\}$/
    .exec(arn)?.[1]
    ?.replace(/(?<=[a-z])[A-Z]/g, '-$&')
    .toLowerCase();
};

export const drawnMachine = ({ StartAt, States }: Asl): DrawnMachine => ({
  startAt: StartAt,
  states: Object.entries(States).map(([name, state]) => {
    const runs = runsOf(state);
    return {
      name,
      type: state.Type,
      transitions: transitionsOf(state),
      ...(state.ItemProcessor ? { inner: drawnMachine(state.ItemProcessor) } : {}),
      ...(runs === undefined ? {} : { runs }),
    };
  }),
});
