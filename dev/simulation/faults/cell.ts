import type { FaultKind } from '../call.ts';

export const PLACES = ['first', 'middle', 'last'] as const;
export type Place = (typeof PLACES)[number];

/** One run with one fault. */
export interface Cell {
  readonly scenario: string;
  /** `function ec2:CreateSnapshots`: see api-of.ts. */
  readonly path: string;
  readonly kind: FaultKind;
  readonly place: Place;
  /** Which call of that path in the run, from 0. */
  readonly nth: number;
}

export interface CellResult extends Cell {
  /** What the fault did, as the calls were; undefined: it did not happen. */
  readonly fired?: string;
  readonly outcome: 'recovered' | 'failed cleanly' | 'broken' | 'not fired';
  /** Names of errors that jobs and instances ended with. */
  readonly errors: readonly string[];
  /** Of `broken`: what did not hold. Of `not fired`: why. */
  readonly why?: string;
  readonly cpuMs: number;
  readonly lines?: readonly string[];
  readonly said?: readonly string[];
}

/** How often a scenario calls what, when nothing fails. */
export interface Survey {
  readonly scenario: string;
  readonly calls: Readonly<Record<string, number>>;
}

/** First, middle and last of so many calls; fewer where these are the same. */
export const placesOf = (count: number): readonly (readonly [Place, number])[] => {
  const at = [0, count >> 1, count - 1];
  return PLACES.map((place, index) => [place, at[index] as number] as const).filter(
    ([, nth], index) => at.indexOf(nth) === index,
  );
};

/** The cell's name on the command line and in reports. */
export const nameOf = ({ scenario, path, kind, place }: Cell): string => `${scenario}/${path}/${kind}/${place}`;
