import { BitSet } from './bit-set.ts';
import { asBuffer } from './byte-cursor.ts';
import type { Findings } from './check-report.ts';
import { CorruptObject, isLoss, MissingObject } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import type { Library } from './library.ts';
import { counting, type MaintenanceOptions } from './maintenance.ts';
import { packName } from './names.ts';
import { blocksOf, ENTRY_BYTES, type PackBlock, type PackContents } from './pack-contents.ts';
import { openBlock } from './pack-object.ts';
import { badBlocks, errorOfPack, type PackReader, type PackReading } from './read-pack.ts';
import { Frames } from './seal.ts';
import { readIndexes, type Survey } from './survey.ts';

export interface CheckedPacks {
  readonly packs: number;
  readonly blocks: number;
  readonly bytes: number;
}

/** Requests of one byte. */
const PROBES_AT_ONCE = 32;

/** Checks packs against what the index says of them, and collects blocks whose only copy cannot be read. */
export class PackCheck {
  /** By their entry in the survey's table. */
  readonly bad = new BitSet();
  #anyBad = false;
  /** Packs, by their number in the census, whose blocks are to be found by what the index says. */
  readonly #byIndex = new Set<number>();
  readonly #library: Library;
  readonly #survey: Survey;
  readonly #findings: Findings;
  readonly #options: MaintenanceOptions;
  readonly #checked = { packs: 0, blocks: 0, bytes: 0 };

  constructor(library: Library, survey: Survey, findings: Findings, options: MaintenanceOptions) {
    this.#library = library;
    this.#survey = survey;
    this.#findings = findings;
    this.#options = options;
  }

  get checked(): CheckedPacks {
    return { ...this.#checked };
  }

  /** That the packs which the index names are there, of the right size and, where the store keeps versions, version. */
  async structure(): Promise<void> {
    const { packs, condemned } = this.#survey;
    const dying = new Set(condemned.packs);
    const indexed = [...packs].filter((pack) => packs.indexed[pack]);
    const progress = counting(this.#options, 'packs', indexed.length);
    await inParallel(indexed, { atOnce: PROBES_AT_ONCE, signal: this.#options.signal }, async (pack) => {
      const key = packName(packs.id(pack));
      if (!packs.present[pack]) {
        if (!dying.has(packs.id(pack))) this.#findings.add(new MissingObject({ key, kind: 'pack' }));
      } else if (!(await this.#hasRightSize(pack, key))) {
        const check = `it is not of ${packs.size[pack]} bytes, as the index says`;
        this.#findings.add(new CorruptObject({ key, kind: 'pack', check }));
        this.#byIndex.add(pack);
      }
      progress.step();
    });
  }

  /** Has these packs read whole, and checks every block. */
  async data(wanted: readonly number[], { atOnce, read }: PackReader): Promise<void> {
    const { packs } = this.#survey;
    const progress = counting(this.#options, 'packs', wanted.length);
    await inParallel(wanted, { atOnce, signal: this.#options.signal }, async (pack) => {
      const asked = { id: packs.id(pack), versionId: packs.versionIds.get(pack) };
      // what was damaged on the way is whole when it is read again
      if (this.#take(pack, await read(asked))) {
        const why = this.#take(pack, await read(asked));
        if (why) this.#findings.add(why);
      }
      progress.step();
    });
  }

  /** Looks at damaged packs by what the index says of them, and for other copies of what is bad. */
  async settle(): Promise<void> {
    if (this.#byIndex.size > 0) {
      await readIndexes(this.#library, this.#quiet, async (_id, { packs }) => {
        for (const contents of packs) {
          const pack = this.#survey.packs.find(contents.id);
          if (this.#byIndex.delete(pack)) await this.#checkByIndex(pack, contents);
        }
      });
    }
    if (this.#anyBad) await readIndexes(this.#library, this.#quiet, (_id, { packs }) => this.#findCopies(packs));
  }

  get #quiet() {
    return { signal: this.#options.signal, onDamage: () => undefined };
  }

  async #hasRightSize(pack: number, key: string): Promise<boolean> {
    const { listedSize, size, versionIds } = this.#survey.packs;
    const versionId = versionIds.get(pack);
    if (versionId === undefined && listedSize[pack] === size[pack]) return true;
    const end = await this.#library.store.getRange(key, (size[pack] as number) - 1, 2, versionId);
    return end?.length === 1;
  }

  /** What is wrong with it, if anything is. */
  #take(pack: number, { size, says, bad, problem }: PackReading): CorruptObject | undefined {
    const { packs } = this.#survey;
    const id = packs.id(pack);
    if (size === undefined) {
      if (packs.indexed[pack]) this.#findings.add(new MissingObject({ key: packName(id), kind: 'pack' }));
      return undefined;
    }
    if (!says) {
      this.#byIndex.add(pack);
      return problem && errorOfPack(id, problem);
    }
    this.#byIndex.delete(pack);
    const entries = asBuffer(says.entries);
    this.#setAll(pack, entries, bad);
    if (problem) return errorOfPack(id, problem);
    if (!this.#agrees(pack, { ...says, entries }))
      return new CorruptObject({ key: packName(id), kind: 'pack', check: 'the index says otherwise of it' });
    this.#checked.packs++;
    this.#checked.blocks += entries.length / ENTRY_BYTES;
    this.#checked.bytes += size;
    return undefined;
  }

  #setAll(pack: number, entries: Buffer, bad: readonly number[]): void {
    const positions = new Set(bad);
    for (const { id, position } of blocksOf(entries)) this.#setBad(pack, id, positions.has(position));
  }

  /** What the index says of where the pack's blocks are is what readers go by. */
  #agrees(pack: number, { keyNumber, salt, entries }: NonNullable<PackReading['says']> & { entries: Buffer }): boolean {
    const { packs, table } = this.#survey;
    const tableNumber = packs.tableNumber[pack] as number;
    if (!packs.indexed[pack] || tableNumber < 0) return true;
    const place = table.pack(tableNumber);
    let same =
      place.keyNumber === keyNumber && place.salt.equals(salt) && packs.blocks[pack] === entries.length / ENTRY_BYTES;
    for (const { id, offset, length, position, encoding } of blocksOf(entries)) {
      const entry = table.find(id);
      const at = entry < 0 ? undefined : table.location(entry);
      if (at?.pack !== tableNumber) continue;
      if (at.offset === offset && at.length === length && at.position === position && at.encoding === encoding)
        continue;
      this.#setBad(pack, id, true);
      same = false;
    }
    return same;
  }

  async #checkByIndex(pack: number, contents: PackContents): Promise<void> {
    const found = await this.#library.store.get(packName(contents.id.toString('hex')), contents.versionId);
    const bytes = asBuffer(found?.bytes ?? Buffer.alloc(0));
    this.#setAll(pack, contents.entries, badBlocks(this.#library, contents, bytes).bad);
  }

  /** Only the copy that the table knows counts. */
  #setBad(pack: number, id: Buffer, isBad: boolean): void {
    const { table, packs } = this.#survey;
    const entry = table.find(id);
    if (entry < 0 || table.location(entry).pack !== packs.tableNumber[pack]) return;
    if (isBad) this.#anyBad = this.bad.add(entry) || this.#anyBad;
    else this.bad.delete(entry);
  }

  async #findCopies(packs: readonly PackContents[]): Promise<void> {
    const { table, packs: census } = this.#survey;
    for (const contents of packs) {
      const tableNumber = census.tableNumber[census.find(contents.id)];
      for (const block of blocksOf(contents.entries)) {
        const entry = table.find(block.id);
        if (entry < 0 || !this.bad.has(entry) || table.location(entry).pack === tableNumber) continue;
        if (await this.#isReadable(contents, block)) this.bad.delete(entry);
      }
    }
  }

  async #isReadable({ id, keyNumber, salt, versionId }: PackContents, block: PackBlock): Promise<boolean> {
    const { store, keys } = this.#library;
    const key = packName(id.toString('hex'));
    const sealed = await store.getRange(key, block.offset, block.length, versionId);
    try {
      openBlock(keys, new Frames(keys, 'pack', key, { keyNumber, salt }), {
        ...block,
        sealed: asBuffer(sealed ?? Buffer.alloc(0)),
      });
      return true;
    } catch (error) {
      if (!isLoss(error)) throw error;
      return false;
    }
  }
}
