import { type FaultKind, faultKinds } from '../call.ts';
import { type Cell, placesOf, type Survey } from './cell.ts';
import { expectationOf } from './classification.ts';

export interface Wanted {
  /** `ec2:CreateSnapshots`; absent: all. */
  readonly api?: string;
  readonly kind?: FaultKind;
  readonly place?: string;
  /** Only every so-manieth cell. */
  readonly stride?: number;
  /** Each function by itself, instead of all together. */
  readonly byFunction?: boolean;
}

/** Each path in the shortest scenario that has it: it is run once for each cell. */
export const homesOf = (
  surveys: readonly Survey[],
  byFunction = false,
): ReadonlyMap<string, { scenario: string; count: number }> => {
  const isOf = (path: string): boolean => path.startsWith('node ') || path.startsWith('function ') !== byFunction;
  const homes = new Map<string, { scenario: string; count: number }>();
  const length = ({ calls }: Survey): number => Object.values(calls).reduce((sum, count) => sum + count, 0);
  for (const { scenario, calls } of surveys.toSorted((a, b) => length(a) - length(b)))
    for (const [path, count] of Object.entries(calls))
      if (!homes.has(path) && isOf(path)) homes.set(path, { scenario, count });
  return new Map([...homes].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Every path × kind that applies × first, middle and last call. */
export const cellsOf = (
  surveys: readonly Survey[],
  { api, kind, place, stride = 1, byFunction }: Wanted,
): readonly Cell[] => {
  const cells: Cell[] = [];
  for (const [path, { scenario, count }] of homesOf(surveys, byFunction)) {
    if (api !== undefined && path !== api && path.split(' ')[1] !== api) continue;
    for (const each of faultKinds) {
      if (kind !== undefined && each !== kind) continue;
      if (expectationOf(path, each).outcome === 'not applicable') continue;
      for (const [at, nth] of placesOf(count))
        if (place === undefined || at === place) cells.push({ scenario, path, kind: each, place: at, nth });
    }
  }
  return cells.filter((_, index) => index % stride === 0);
};
