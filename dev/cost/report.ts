import { PRICES } from '../../core/domain/prices.ts';
import { METERS, type Metered, meters } from './meter.ts';
import type { Assumptions, Measured, Month } from './month.ts';

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const usd = (value: number): string => number(value, 2);
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `|${head.map((_, at) => (at === 0 ? ' --- ' : ' ---: ')).join('|')}|`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
  '',
];

/** As Markdown. */
export const reportOf = (measured: Measured, assumed: Assumptions, month: Month): string => {
  const { full, incremental, check } = measured;
  const backups = [...full, ...incremental];
  const columns: readonly (readonly [string, Metered])[] = [
    ['full', full[0].counted],
    ['larger full', full[1].counted],
    ['incremental', incremental[0].counted],
    ['larger incremental', incremental[1].counted],
    ['check', check[0].counted],
    ['larger check', check[1].counted],
  ];
  const gib = 1_024 * (1 + assumed.change * assumed.days);
  return [
    '### Metered: an instance with one volume, and a larger one',
    '',
    ...table(
      ['what', ...columns.map(([name]) => name)],
      [
        ['blocks with data', ...backups.map(({ blocks }) => number(blocks)), '', ''],
        [
          'stored, of the data',
          ...backups.map(({ blocks, storedBytes }) => number(storedBytes / blocks / 524_288, 2)),
          ...['', ''],
        ],
        ...meters.map((name) => [name, ...columns.map(([, counted]) => number(counted[name]))]),
      ],
    ),
    `### A TiB of data in ${assumed.instances} instances, ${number(assumed.change * 100)} % of it new each day, ${assumed.days} daily backups kept`,
    '',
    ...table(
      ['a month', 'pieces', 'USD'],
      [
        ['library: S3 Standard, GiB', number(month.storedGib), usd(month.usd.library)],
        [
          'base snapshots in the tenant’s account, GiB',
          number(1_024 * (1 + assumed.change)),
          usd(month.usd.baseSnapshots),
        ],
        ['access nodes: c7g.xlarge, hours', number(month.nodeHours, 1), usd(month.usd.nodes)],
        ...meters.map((name) => [name, number(month.calls[name]), usd(month.calls[name] * METERS[name])]),
        ['Lambda: duration', '', usd(month.usd.lambdaDuration)],
        ['**in all**', '', `**${usd(month.usd.total)}**`],
        ['AWS Backup of the same: warm storage, GiB', number(gib), usd(month.usd.awsBackup)],
      ],
    ),
    `Besides, once: the first backup, ${usd(month.usd.firstBackup)} USD (calls, Lambda, ${number((1_024 * 1_024) / assumed.nodeMibPerSecond / 3_600, 1)} node hours). A KMS key for the library: ${usd(PRICES.kmsKey)} USD a month, however many TiB.`,
    '',
    `Prices: ${PRICES.region}, ${PRICES.asOf}.`,
  ].join('\n');
};
