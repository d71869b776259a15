import { PAGE_BLOCKS } from './block.ts';
import { type Findings, type LostVolume, RangeBudget, RangeList } from './check-report.ts';
import type { ObjectKind } from './errors.ts';
import type { PageEntry } from './page-object.ts';

/** What a page loses, run by run: two words each, `from` and `to` within the page together, and the cause's number. */
const RUN_WORDS = 2;
const TO_BITS = 13;
const TO_MASK = 2 ** TO_BITS - 1;

interface LossyPage {
  readonly runs: Uint32Array;
  readonly kinds: readonly ObjectKind[];
  /** Volumes, of all recovery points, that name the page. */
  uses: number;
}

interface Cause {
  readonly key: string;
  readonly kind: ObjectKind;
  blocks: number;
}

/** Lost blocks of one page, as they are found: ascending. */
export class PageLosses {
  readonly #words: number[] = [];

  add(from: number, to: number, cause: number): void {
    const last = this.#words.length - RUN_WORDS;
    const [place = 0, before] = [this.#words[last], this.#words[last + 1]];
    if (before === cause && (place & TO_MASK) === from) this.#words[last] = place - from + to;
    else this.#words.push(from * 2 ** TO_BITS + to, cause);
  }

  get runs(): Uint32Array {
    return Uint32Array.from(this.#words);
  }
}

/**
 * What is lost, kept once for each damaged page at 8 bytes a run, however many recovery points share it: where a library
 * has lost most of what it had, their points, volumes and packs multiplied would fit no memory. Volume by volume it is
 * told; everything is counted, and ranges are told as long as there is room for them in a report.
 */
export class LossLedger {
  readonly #findings: Findings;
  readonly #causes: Cause[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #pages = new Map<string, LossyPage>();
  readonly #lost: LostVolume[] = [];
  readonly #byVolume = new RangeBudget();
  readonly #byCause = new RangeBudget();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  get isEmpty(): boolean {
    return this.#pages.size === 0;
  }

  /** The number of an object by which blocks are lost. */
  cause(key: string, kind: ObjectKind): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#causes.length);
    return this.#causes.push({ key, kind, blocks: 0 }) - 1;
  }

  addPage(id: string, { runs }: PageLosses): void {
    if (runs.length === 0) return;
    const causes = new Set<Cause>();
    for (let at = 0; at < runs.length; at += RUN_WORDS) causes.add(this.#causes[runs[at + 1] as number] as Cause);
    this.#pages.set(id, { runs, kinds: this.#kinds(causes), uses: 0 });
  }

  /** A volume of which the map cannot be read, or a recovery point (without `volumeId`). */
  addUnreadable(key: string, kind: ObjectKind, about: Omit<LostVolume, 'kinds'>): void {
    this.#findings.addLoss(key, about);
    this.#findings.addLostBlocks(key, about.blocks);
    this.#lost.push({ ...about, kinds: this.#kinds([{ key, kind }]) });
  }

  /** To be called for every volume, when all damaged pages are known. */
  addVolume(recoveryPointId: string, volumeId: string, pages: readonly PageEntry[]): void {
    const all = new RangeList(this.#byVolume);
    const kinds = new Set<ObjectKind>();
    const byCause = new Map<number, RangeList>();
    for (const { page, id } of pages) {
      const lossy = this.#pages.get(id);
      if (!lossy) continue;
      lossy.uses++;
      for (const kind of lossy.kinds) kinds.add(kind);
      const { runs } = lossy;
      const first = page * PAGE_BLOCKS;
      for (let at = 0; at < runs.length; at += RUN_WORDS) {
        const place = runs[at] as number;
        const [from, to] = [first + (place >>> TO_BITS), first + (place & TO_MASK)];
        all.add(from, to);
        if (this.#byCause.isSpent) continue;
        const cause = runs[at + 1] as number;
        const list = byCause.get(cause) ?? new RangeList(this.#byCause);
        byCause.set(cause, list);
        list.add(from, to);
      }
    }
    if (all.blocks === 0) return;
    const about = { recoveryPointId, volumeId };
    this.#lost.push({ ...about, ...all.told(), kinds: [...kinds].sort() });
    // what the budget cut short is counted in the finding alone
    if (this.#byCause.isSpent) return;
    for (const [cause, list] of byCause)
      this.#findings.addLoss((this.#causes[cause] as Cause).key, { ...about, ...list.told() });
  }

  /** Completes the findings' counts and answers what each volume has lost. */
  finish(): LostVolume[] {
    for (const { runs, uses } of this.#pages.values()) {
      for (let at = 0; at < runs.length; at += RUN_WORDS) {
        const place = runs[at] as number;
        const cause = this.#causes[runs[at + 1] as number] as Cause;
        cause.blocks += ((place & TO_MASK) - (place >>> TO_BITS)) * uses;
      }
    }
    for (const { key, blocks } of this.#causes) this.#findings.addLostBlocks(key, blocks);
    const nameOf = ({ recoveryPointId, volumeId = '' }: LostVolume): string => `${recoveryPointId}/${volumeId}`;
    return this.#lost.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  #kinds(causes: Iterable<{ readonly key: string; readonly kind: ObjectKind }>): ObjectKind[] {
    const kinds = new Set<ObjectKind>();
    for (const { key, kind } of causes) if (!this.#findings.isUnsure(key)) kinds.add(kind);
    return [...kinds].sort();
  }
}
