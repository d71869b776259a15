import type { Crash } from './case.ts';
import type { Boundary } from './states.ts';

export interface Planned extends Crash {
  /** Who dies at which call. */
  readonly boundary: string;
  /** The world that the death leaves: see states.ts. */
  readonly state: string;
}

export interface Choice {
  /** Every call, before and after it; else one death for each state that a death can leave. */
  readonly all?: boolean;
  /** One state (or call) in so many. */
  readonly every: number;
  readonly from: number;
  readonly to: number;
  readonly when?: Crash['when'] | undefined;
  /** One case in so many is looked at whole. */
  readonly whole: number;
}

const WHENS = ['before', 'after'] as const;

/** Every death at a call of the scenario. */
export const deathsOf = (boundaries: readonly Boundary[]): readonly Planned[] =>
  boundaries.flatMap(({ who, call, ...state }, at) =>
    WHENS.map((when) => ({ at, when, boundary: `${who} ${call}`, state: state[when] })),
  );

/** Which of them are to be run. A state's own is the death right after the call that made it, if there is one. */
export const planOf = (boundaries: readonly Boundary[], choice: Choice): readonly Planned[] => {
  const { all = false, every, from, to, when, whole } = choice;
  const within = deathsOf(boundaries).filter(
    (death) => death.at >= from && death.at <= to && (when === undefined || death.when === when),
  );
  const states = new Map<string, Planned>();
  for (const death of within) {
    const known = states.get(death.state);
    if (!known || (known.when === 'before' && death.when === 'after' && makes(boundaries, death)))
      states.set(death.state, death);
  }
  return (all ? within : [...states.values()])
    .filter((_, index) => index % every === 0)
    .map((death, index) => (index % whole === 0 ? death : { ...death, short: true }));
};

const makes = (boundaries: readonly Boundary[], { at }: Planned): boolean =>
  boundaries[at]?.before !== boundaries[at]?.after;
