import type { LossError, ObjectKind } from './errors.ts';

/** Blocks of a volume, half-open. */
export type BlockRange = readonly [from: number, to: number];

/** What a recovery point loses by a finding. */
export interface Loss {
  readonly recoveryPointId: string;
  /** Absent where the point itself cannot be read: all of it. */
  readonly volumeId?: string;
  readonly blocks: number;
  /** Ascending. Where it cannot be told which blocks had data, all of them. */
  readonly ranges: readonly BlockRange[];
}

/** One object that is not as it must be. */
export interface Finding {
  readonly key: string;
  readonly kind: ObjectKind;
  readonly damage: 'corrupt' | 'missing';
  readonly problem: string;
  /** Empty where nothing is lost: no recovery point needs it, or there is another copy. */
  readonly losses: readonly Loss[];
}

/** Findings by key: the first problem of each counts. */
export class Findings {
  readonly #findings = new Map<string, Finding & { readonly losses: Loss[] }>();

  get size(): number {
    return this.#findings.size;
  }

  has(key: string): boolean {
    return this.#findings.has(key);
  }

  add(error: LossError): void {
    const { key, kind, message } = error;
    const damage = error.name === 'MissingObject' ? 'missing' : 'corrupt';
    if (!this.#findings.has(key)) this.#findings.set(key, { key, kind, damage, problem: message, losses: [] });
  }

  addLoss(key: string, loss: Loss): void {
    this.#findings.get(key)?.losses.push(loss);
  }

  list(): Finding[] {
    const ordered = [...this.#findings.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const { losses } of ordered) losses.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    return ordered;
  }
}

const nameOf = ({ recoveryPointId, volumeId = '' }: Loss): string => `${recoveryPointId}/${volumeId}`;

/** Joins neighbours; `ranges` ascending. */
export const joinRanges = (ranges: Iterable<BlockRange>): BlockRange[] => {
  const joined: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = joined.at(-1);
    if (last && last[1] >= from) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
};

export const blocksIn = (ranges: readonly BlockRange[]): number =>
  ranges.reduce((sum, [from, to]) => sum + to - from, 0);
