import type { Cost } from './measured.ts';

/** Of an odd number the one in the middle, of an even number the mean of the two. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError('no values');
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
};

export interface Measurement extends Cost {
  /** Of the repository afterwards; undefined where nothing is stored. */
  readonly storedBytes?: number | undefined;
  /** Where it went on for a given time. */
  readonly mibPerSecond?: number | undefined;
}

/** Each figure's own median over the rounds. */
export const medianOf = (rounds: readonly Measurement[]): Measurement => ({
  wallSeconds: median(rounds.map(({ wallSeconds }) => wallSeconds)),
  cpuSeconds: median(rounds.map(({ cpuSeconds }) => cpuSeconds)),
  peakMiB: median(rounds.map(({ peakMiB }) => peakMiB)),
  storedBytes: medianIfAll(rounds.map(({ storedBytes }) => storedBytes)),
  mibPerSecond: medianIfAll(rounds.map(({ mibPerSecond }) => mibPerSecond)),
});

const medianIfAll = (values: readonly (number | undefined)[]): number | undefined => {
  const there = values.filter((value) => value !== undefined);
  return there.length > 0 && there.length === values.length ? median(there) : undefined;
};

export interface Measured {
  readonly tool: string;
  readonly work: string;
  readonly median: Measurement;
  readonly rounds: readonly Measurement[];
}

/** Tool and work to their measurements, one for each round. */
export class Measurements {
  readonly #rounds = new Map<string, Measurement[]>();

  add(tool: string, work: string, measurement: Measurement): void {
    const key = JSON.stringify([tool, work]);
    this.#rounds.set(key, [...(this.#rounds.get(key) ?? []), measurement]);
  }

  find(tool: string, work: string): Measurement | undefined {
    const rounds = this.#rounds.get(JSON.stringify([tool, work]));
    return rounds && medianOf(rounds);
  }

  get all(): readonly Measured[] {
    return [...this.#rounds].map(([key, rounds]) => {
      const [tool, work] = JSON.parse(key) as [string, string];
      return { tool, work, median: medianOf(rounds), rounds };
    });
  }
}
