import type { BitSet } from './bit-set.ts';
import { blocksInPage, blocksOfVolume, PAGE_BLOCKS } from './block.ts';
import type { BlockPage } from './block-page.ts';
import { type BlockRange, blocksIn, type Findings, joinRanges } from './check-report.ts';
import { isLoss, MissingObject } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import type { Library } from './library.ts';
import type { ListedPoints } from './list-points.ts';
import { type MaintenanceOptions, READS_AT_ONCE } from './maintenance.ts';
import { packName } from './names.ts';
import { type PageEntry, readPageObject } from './page-object.ts';
import { PageSet } from './page-set.ts';
import type { Survey } from './survey.ts';
import type { VolumeMap } from './volume-map.ts';
import { type MapDamage, walkMaps } from './walk-maps.ts';

/** Of one page: the key of the object by which blocks are lost → ranges within the page. */
type PageLosses = ReadonlyMap<string, readonly BlockRange[]>;

export interface WalkedPoints {
  readonly volumes: number;
  readonly pages: number;
  readonly dataBlocks: number;
  /** Those that a map names. */
  readonly seen: PageSet;
}

const wholeOf = (sizeBytes: number): BlockRange[] => [[0, blocksOfVolume(sizeBytes)]];

/**
 * Follows these recovery points down to the blocks and adds what they lose. `bad` are blocks, by their entry in the
 * survey's table, whose only copy cannot be read. Each page is read once; memory grows with what is lost alone.
 */
export const findLosses = async (
  library: Library,
  { listed, survey, bad }: { readonly listed: ListedPoints; readonly survey: Survey; readonly bad: BitSet },
  points: readonly string[],
  findings: Findings,
  options: MaintenanceOptions,
): Promise<WalkedPoints> => {
  const seen = new PageSet();
  const lossesOf = new Map<string, PageLosses>();
  const count = { volumes: 0, pages: 0, dataBlocks: 0 };

  const causeOf = (id: Buffer): string | undefined => {
    const entry = survey.table.find(id);
    if (entry >= 0) return bad.has(entry) ? packKey(survey.table, entry) : undefined;
    const gone = survey.goneTable.find(id);
    const error =
      gone >= 0
        ? new MissingObject({ key: packKey(survey.goneTable, gone), kind: 'pack' })
        : new MissingObject({ key: 'index/', kind: 'index' }, 'no index object names blocks that recovery points need');
    findings.add(error);
    return error.key;
  };

  const judge = (page: BlockPage): PageLosses | undefined => {
    const losses = new Map<string, BlockRange[]>();
    for (let at = 0; at < page.blockCount; at++) {
      const id = page.id(at);
      const cause = id && causeOf(id);
      if (!cause) continue;
      const ranges = losses.get(cause);
      if (ranges) ranges.push([at, at + 1]);
      else losses.set(cause, [[at, at + 1]]);
    }
    for (const [cause, ranges] of losses) losses.set(cause, joinRanges(ranges));
    return losses.size > 0 ? losses : undefined;
  };

  const readEntry = async (map: VolumeMap, entry: PageEntry): Promise<PageLosses | undefined> => {
    const blockCount = blocksInPage(map.blockCount, entry.page);
    try {
      return judge(await readPageObject(library, entry, blockCount));
    } catch (error) {
      if (!isLoss(error)) throw error;
      findings.add(error);
      return new Map([[error.key, [[0, blockCount]]]]);
    }
  };

  const onDamage = ({ error, sizeBytes, ...about }: MapDamage): void => {
    findings.add(error);
    const ranges = sizeBytes === undefined ? [] : wholeOf(sizeBytes);
    findings.addLoss(error.key, { ...about, blocks: blocksIn(ranges), ranges });
  };
  await walkMaps(library, listed, { ...options, points, onDamage }, async (map) => {
    count.volumes++;
    count.dataBlocks += map.dataBlocks;
    const fresh = map.pages.filter(({ id }) => id !== 'zero' && seen.add(id));
    await inParallel(fresh, { atOnce: READS_AT_ONCE, signal: options.signal }, async (entry) => {
      const losses = await readEntry(map, entry);
      if (losses) lossesOf.set(entry.id, losses);
      count.pages++;
    });
  });
  if (lossesOf.size > 0) await attribute(library, listed, { points, lossesOf, findings, options });
  return { ...count, seen };
};

/** The damaged pages are known by now: tells for each volume which of its blocks are lost. */
const attribute = async (
  library: Library,
  listed: ListedPoints,
  {
    points,
    lossesOf,
    findings,
    options,
  }: {
    readonly points: readonly string[];
    readonly lossesOf: ReadonlyMap<string, PageLosses>;
    readonly findings: Findings;
    readonly options: MaintenanceOptions;
  },
): Promise<void> => {
  const told = { ...options, points, onDamage: () => undefined };
  await walkMaps(library, listed, told, async ({ recoveryPointId, volumeId, pages }) => {
    const byCause = new Map<string, BlockRange[]>();
    for (const { page, id } of pages) {
      for (const [cause, ranges] of lossesOf.get(id) ?? []) {
        const first = page * PAGE_BLOCKS;
        const known = byCause.get(cause) ?? [];
        for (const [from, to] of ranges) known.push([first + from, first + to]);
        byCause.set(cause, known);
      }
    }
    for (const [cause, found] of byCause) {
      const ranges = joinRanges(found);
      findings.addLoss(cause, { recoveryPointId, volumeId, blocks: blocksIn(ranges), ranges });
    }
  });
};

const packKey = (table: Survey['table'], entry: number): string => packName(table.pack(table.location(entry).pack).id);
