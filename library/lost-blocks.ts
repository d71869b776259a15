import type { BitSet } from './bit-set.ts';
import { blocksInPage, blocksOfVolume } from './block.ts';
import type { BlockPage } from './block-page.ts';
import type { LockCheck } from './check-locks.ts';
import type { Findings, LostVolume } from './check-report.ts';
import { isLoss, MissingObject } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import type { Library } from './library.ts';
import type { ListedPoints } from './list-points.ts';
import { LossLedger, PageLosses } from './loss-ledger.ts';
import { type MaintenanceOptions, READS_AT_ONCE } from './maintenance.ts';
import { packName } from './names.ts';
import { type PageEntry, readPageObject } from './page-object.ts';
import { PageSet } from './page-set.ts';
import type { Survey } from './survey.ts';
import type { VolumeMap } from './volume-map.ts';
import { type MapDamage, walkMaps } from './walk-maps.ts';

export interface WalkedPoints {
  readonly volumes: number;
  readonly pages: number;
  readonly dataBlocks: number;
  /** Those that a map names. */
  readonly seen: PageSet;
  readonly lost: LostVolume[];
}

export interface ToWalk {
  readonly listed: ListedPoints;
  readonly survey: Survey;
  /** Blocks, by their entry in the survey's table, whose only copy cannot be read. */
  readonly bad: BitSet;
  /** Is shown what is read, where the library has a lock. */
  readonly locks?: LockCheck | undefined;
}

/**
 * Follows these recovery points down to the blocks and adds what they lose. Each page is read once;
 * memory grows with the damaged pages alone.
 */
export const findLosses = async (
  library: Library,
  { listed, survey, bad, locks }: ToWalk,
  points: readonly string[],
  findings: Findings,
  options: MaintenanceOptions,
): Promise<WalkedPoints> => {
  const seen = new PageSet();
  const ledger = new LossLedger(findings);
  const count = { volumes: 0, pages: 0, dataBlocks: 0 };
  /** By the pack's number in the table that has its blocks. */
  const [ofGone, ofBad]: [number[], number[]] = [[], []];

  const isGone = (error: MissingObject): number => {
    findings.add(error);
    return ledger.cause(error.key, error.kind);
  };
  const unnamed = (): number =>
    isGone(
      new MissingObject({ key: 'index/', kind: 'index' }, 'no index object names blocks that recovery points need'),
    );
  let ofUnnamed: number | undefined;

  const causeOf = (id: Buffer): number | undefined => {
    const entry = survey.table.find(id);
    if (entry >= 0) {
      if (!bad.has(entry)) return undefined;
      const { pack } = survey.table.location(entry);
      ofBad[pack] ??= ledger.cause(packKey(survey.table, pack), 'pack');
      return ofBad[pack];
    }
    const gone = survey.goneTable.find(id);
    if (gone < 0) {
      ofUnnamed ??= unnamed();
      return ofUnnamed;
    }
    const { pack } = survey.goneTable.location(gone);
    ofGone[pack] ??= isGone(new MissingObject({ key: packKey(survey.goneTable, pack), kind: 'pack' }));
    return ofGone[pack];
  };

  const judge = (page: BlockPage): PageLosses => {
    const losses = new PageLosses();
    for (let at = 0; at < page.blockCount; at++) {
      const id = page.id(at);
      const cause = id && causeOf(id);
      if (cause !== undefined) losses.add(at, at + 1, cause);
    }
    return losses;
  };

  const readEntry = async (map: VolumeMap, entry: PageEntry): Promise<PageLosses> => {
    const blockCount = blocksInPage(map.blockCount, entry.page);
    try {
      const page = await readPageObject(library, entry, blockCount);
      await locks?.page(map.recoveryPointId, entry, page);
      return judge(page);
    } catch (error) {
      if (!isLoss(error)) throw error;
      findings.add(error);
      const losses = new PageLosses();
      losses.add(0, blockCount, ledger.cause(error.key, error.kind));
      return losses;
    }
  };

  const onDamage = ({ error, sizeBytes, ...about }: MapDamage): void => {
    findings.add(error);
    const blocks = sizeBytes === undefined ? 0 : blocksOfVolume(sizeBytes);
    ledger.addUnreadable(error.key, error.kind, { ...about, blocks, ranges: blocks > 0 ? [[0, blocks]] : [] });
  };
  for (const group of locks?.groups(points) ?? [points])
    await walkMaps(library, listed, { ...options, points: group, onDamage }, async (map, ref) => {
      count.volumes++;
      count.dataBlocks += map.dataBlocks;
      await locks?.map(ref);
      const fresh = map.pages.filter(({ id }) => id !== 'zero' && seen.add(id));
      await inParallel(fresh, { atOnce: READS_AT_ONCE, signal: options.signal }, async (entry) => {
        ledger.addPage(entry.id, await readEntry(map, entry));
        count.pages++;
      });
    });
  // the damaged pages are known by now: which volumes name them?
  if (!ledger.isEmpty)
    await walkMaps(library, listed, { ...options, points, onDamage: () => undefined }, async (map) =>
      ledger.addVolume(map.recoveryPointId, map.volumeId, map.pages),
    );
  return { ...count, seen, lost: ledger.finish() };
};

const packKey = (table: Survey['table'], pack: number): string => packName(table.pack(pack).id);
