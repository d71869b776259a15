import type { LockingStore } from '../core/ports/object-store.ts';
import type { BlockPage } from './block-page.ts';
import type { BlockTable } from './block-table.ts';
import type { Findings } from './check-report.ts';
import type { PointLock } from './extend-locks.ts';
import { inParallel } from './in-parallel.ts';
import { kindOf } from './locked-objects.ts';
import { type Place, pagePlace } from './locked-places.ts';
import { FORMAT_KEY, mapName, packName, pointName } from './names.ts';
import type { PageEntry } from './page-object.ts';
import type { VolumeRef } from './walk-maps.ts';

export interface LockCheckInput {
  readonly store: LockingStore;
  readonly table: BlockTable;
  readonly promised: readonly PointLock[];
  /** Whether the locks of packs are asked for, and those of which packs and pages (by their ids). */
  readonly packs: boolean;
  readonly isWanted: (id: string) => boolean;
}

const CALLS_AT_ONCE = 8;

/**
 * Whether all that recovery points need is locked for as long as these were promised. A lock that was left out (by a writer
 * that was taken over, or that put a long one on a map to have what is behind it skipped) is seen by nobody else before it
 * matters. Asks S3 one question for each object looked at: points, maps and keys always, pages and packs as `isWanted` says.
 */
export class LockCheck {
  readonly #input: LockCheckInput;
  readonly #findings: Findings;
  readonly #until: ReadonlyMap<string, number>;
  /** By the pack's number in the table: until when it is needed. */
  readonly #needed: number[] = [];

  constructor(input: LockCheckInput, findings: Findings) {
    this.#input = input;
    this.#findings = findings;
    this.#until = new Map(input.promised.map(({ recoveryPointId, until }) => [recoveryPointId, until]));
  }

  /** Those that are kept longest come first: what is seen first with one of them is needed no longer by another. */
  groups(points: readonly string[]): readonly (readonly string[])[] {
    const groups = Map.groupBy(points, (id) => this.#until.get(id) ?? 0);
    return [...groups].sort(([a], [b]) => b - a).map(([, group]) => group);
  }

  async map({ recoveryPointId, volumeId, mapVersionId }: VolumeRef): Promise<void> {
    const key = mapName(recoveryPointId, volumeId);
    await this.#ask({ key, versionId: mapVersionId }, this.#until.get(recoveryPointId));
  }

  /** A page that no map of an earlier group names. */
  async page(recoveryPointId: string, entry: PageEntry, page: BlockPage): Promise<void> {
    const until = this.#until.get(recoveryPointId);
    if (until === undefined) return;
    if (this.#input.isWanted(entry.id)) await this.#ask(pagePlace(entry), until);
    if (!this.#input.packs) return;
    const { table } = this.#input;
    for (let at = 0; at < page.blockCount; at++) {
      const id = page.id(at);
      const found = id ? table.find(id) : -1;
      if (found < 0) continue;
      const { pack } = table.location(found);
      if ((this.#needed[pack] ?? 0) < until) this.#needed[pack] = until;
    }
  }

  /** Packs, points, and the keys. */
  async finish(): Promise<void> {
    const { store, table, promised, isWanted } = this.#input;
    const places: (readonly [Place, number])[] = [];
    for (const [pack, until] of this.#needed.entries()) {
      if (until === undefined) continue;
      const { id, versionId } = table.pack(pack);
      if (isWanted(id)) places.push([{ key: packName(id), versionId }, until]);
    }
    for (const { recoveryPointId, until } of promised) places.push([{ key: pointName(recoveryPointId) }, until]);
    let latest = 0;
    for (const until of this.#until.values()) latest = Math.max(latest, until);
    places.push([{ key: FORMAT_KEY }, latest]);
    for await (const { key } of store.list('keys/')) places.push([{ key }, latest]);
    await inParallel(places, { atOnce: CALLS_AT_ONCE }, ([place, until]) => this.#ask(place, until));
  }

  async #ask({ key, versionId }: Place, until: number | undefined): Promise<void> {
    if (until === undefined) return;
    const there = await this.#input.store.lockedUntil(key, versionId);
    // What is not there is another finding.
    if (there !== undefined && there < until) this.#findings.addUnlocked(key, kindOf(key), there, until);
  }
}
