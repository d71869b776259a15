import { PRICES } from '../../core/domain/prices.ts';
import { lineThrough, type Metered, sum } from './meter.ts';

const BLOCK_BYTES = 524_288;
const GIB = 1_073_741_824;
const TIB_GIB = 1_024;
const BLOCKS_A_TIB = (TIB_GIB * GIB) / BLOCK_BYTES;

/** One backup, measured. */
export interface MeasuredBackup {
  readonly counted: Metered;
  /** With data. */
  readonly blocks: number;
  readonly storedBytes: number;
}

/** Of a small instance and a large one; of the library before and after the large one was backed up. */
export interface Measured {
  readonly full: readonly [small: MeasuredBackup, large: MeasuredBackup];
  readonly incremental: readonly [small: MeasuredBackup, large: MeasuredBackup];
  readonly check: readonly [small: MeasuredCheck, large: MeasuredCheck];
}

export interface MeasuredCheck {
  readonly counted: Metered;
  readonly libraryBytes: number;
}

export interface Assumptions {
  /** How many instances the TiB is spread over. */
  readonly instances: number;
  /** Of the blocks with data, each day. */
  readonly change: number;
  /** Backups a month, one a day, and as many are kept. */
  readonly days: number;
  /** How long a node is up for a night's backups at the least, hours. */
  readonly leastNodeHours: number;
  readonly nodeMibPerSecond: number;
  readonly lambdaSeconds: number;
  readonly lambdaGb: number;
}

export interface Month {
  /** Of the first backup, once. */
  readonly first: Metered;
  /** Each month. */
  readonly calls: Metered;
  /** In the library after a month, GiB. */
  readonly storedGib: number;
  readonly nodeHours: number;
  readonly usd: Readonly<
    Record<'library' | 'baseSnapshots' | 'nodes' | 'lambdaDuration' | 'total' | 'awsBackup', number>
  > & { readonly calls: number; readonly firstBackup: number };
}

const byBlocks = ([small, large]: Measured['full']) =>
  lineThrough({ ...small, size: small.blocks }, { ...large, size: large.blocks });

/** What 1 TiB of data takes in a month, from what small backups took: linear in instances, blocks and stored bytes. */
export const monthOf = (measured: Measured, assumed: Assumptions, usdOf: (counted: Metered) => number): Month => {
  const { full, incremental, check } = measured;
  const { instances, change, days } = assumed;
  const changed = BLOCKS_A_TIB * change;
  const ofFull = byBlocks(full);
  const first = sum([ofFull.each, instances], [ofFull.more, BLOCKS_A_TIB]);
  const ofIncremental = byBlocks(incremental);
  const gibPerBlock = ([, { storedBytes, blocks }]: Measured['full']): number => storedBytes / blocks / GIB;
  const storedGib = gibPerBlock(full) * BLOCKS_A_TIB + gibPerBlock(incremental) * changed * days;
  const [less, more] = check;
  const ofCheck = lineThrough({ ...less, size: less.libraryBytes }, { ...more, size: more.libraryBytes });
  const calls = sum(
    [ofIncremental.each, instances * days],
    [ofIncremental.more, changed * days],
    [ofCheck.each, days],
    [ofCheck.more, days * storedGib * GIB],
  );
  const mibADay = changed * (BLOCK_BYTES / 1_048_576);
  const nodeHours = days * Math.max(assumed.leastNodeHours, mibADay / assumed.nodeMibPerSecond / 3_600);
  const lambda = (counted: Metered): number =>
    counted['Lambda: requests'] * assumed.lambdaSeconds * assumed.lambdaGb * PRICES.lambdaGbSecond;
  const usd = {
    library: storedGib * PRICES.s3Standard,
    // One a volume is kept for the next comparison: all of its data, and what changes until then.
    baseSnapshots: TIB_GIB * (1 + change) * PRICES.ebsSnapshot,
    nodes: nodeHours * PRICES.nodeHour,
    lambdaDuration: lambda(calls),
    calls: usdOf(calls),
  };
  const fullHours = (TIB_GIB * 1_024) / assumed.nodeMibPerSecond / 3_600;
  return {
    ...{ first, calls, storedGib, nodeHours },
    usd: {
      ...usd,
      firstBackup: usdOf(first) + lambda(first) + fullHours * PRICES.nodeHour,
      total: Object.values(usd).reduce((total, part) => total + part, 0),
      awsBackup: TIB_GIB * (1 + change * days) * PRICES.awsBackupWarm,
    },
  };
};
