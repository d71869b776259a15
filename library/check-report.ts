import { type LossError, type ObjectKind, UnknownKey } from './errors.ts';

/** Blocks of a volume, half-open. */
export type BlockRange = readonly [from: number, to: number];

/** What a recovery point loses. */
export interface Loss {
  readonly recoveryPointId: string;
  /** Absent where the point itself cannot be read: all of it. */
  readonly volumeId?: string;
  /** All of them, also of ranges that are not told. */
  readonly blocks: number;
  /** Ascending. Where it cannot be told which blocks had data, all of them. */
  readonly ranges: readonly BlockRange[];
  /** How many more ranges there are, where a report had no room for them. */
  readonly moreRanges?: number;
}

/** What a recovery point loses by all findings together. */
export interface LostVolume extends Loss {
  /** Of the objects by which it is lost, but those that may be whole (`unknownKey`). */
  readonly kinds: readonly ObjectKind[];
}

/** One object that is not as it must be. */
export interface Finding {
  readonly key: string;
  readonly kind: ObjectKind;
  /** `unlocked`: whole, and its lock ends before that of a recovery point that needs it. */
  readonly damage: 'corrupt' | 'missing' | 'unlocked';
  readonly problem: string;
  /** It names a data key that the check did not have: perhaps it is whole. */
  readonly unknownKey?: true;
  /** Each counted in each volume that loses it; 0 where no recovery point needs the object, or there is another copy. */
  readonly lostBlocks: number;
  /** Volume by volume; of a library that has lost most of what it had the first ones. */
  readonly losses: readonly Loss[];
}

/** Findings by key: the first problem of each counts. */
export class Findings {
  readonly #findings = new Map<string, Finding & { lostBlocks: number; readonly losses: Loss[] }>();

  get size(): number {
    return this.#findings.size;
  }

  has(key: string): boolean {
    return this.#findings.has(key);
  }

  /** Whether the object may be whole. */
  isUnsure(key: string): boolean {
    return this.#findings.get(key)?.unknownKey ?? false;
  }

  add(error: LossError): void {
    const { key, kind, message } = error;
    const damage = error.name === 'MissingObject' ? 'missing' : 'corrupt';
    if (this.#findings.has(key)) return;
    const unknownKey = error instanceof UnknownKey ? { unknownKey: true as const } : {};
    this.#findings.set(key, { key, kind, damage, problem: message, ...unknownKey, lostBlocks: 0, losses: [] });
  }

  /** `until`: when its lock ends, 0 where it has none, and until when it is needed (ms since 1970). */
  addUnlocked(key: string, kind: ObjectKind, until: number, needed: number): void {
    if (this.#findings.has(key)) return;
    const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
    const ends = until === 0 ? 'it is not locked' : `its lock ends ${day(until)}`;
    const problem = `${ends}, and a recovery point that needs it is promised until ${day(needed)}: extend the locks`;
    this.#findings.set(key, { key, kind, damage: 'unlocked', problem, lostBlocks: 0, losses: [] });
  }

  addLoss(key: string, loss: Loss): void {
    this.#findings.get(key)?.losses.push(loss);
  }

  addLostBlocks(key: string, blocks: number): void {
    const finding = this.#findings.get(key);
    if (finding) finding.lostBlocks += blocks;
  }

  list(): Finding[] {
    const ordered = [...this.#findings.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const { losses } of ordered) losses.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    return ordered;
  }
}

const nameOf = ({ recoveryPointId, volumeId = '' }: Loss): string => `${recoveryPointId}/${volumeId}`;

/** Some 20 MB as JSON. */
const RANGES_TOLD = 1_000_000;

/** How many ranges a report has room for still. */
export class RangeBudget {
  #left = RANGES_TOLD;

  get isSpent(): boolean {
    return this.#left === 0;
  }

  take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}

/** Ranges in ascending order, neighbours joined, told as far as the budget goes. */
export class RangeList {
  readonly #budget: RangeBudget;
  readonly #told: [number, number][] = [];
  #more = 0;
  #end = -1;
  #blocks = 0;

  constructor(budget: RangeBudget) {
    this.#budget = budget;
  }

  get blocks(): number {
    return this.#blocks;
  }

  add(from: number, to: number): void {
    this.#blocks += to - from;
    const last = this.#more === 0 ? this.#told.at(-1) : undefined;
    if (this.#end !== from) {
      if (this.#more === 0 && this.#budget.take()) this.#told.push([from, to]);
      else this.#more++;
    } else if (last) last[1] = to;
    this.#end = to;
  }

  told(): Pick<Loss, 'blocks' | 'ranges' | 'moreRanges'> {
    const { blocks } = this;
    return { blocks, ranges: this.#told, ...(this.#more > 0 && { moreRanges: this.#more }) };
  }
}
