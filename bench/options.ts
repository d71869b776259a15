import { mkdirSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

export const PARTS = ['mover', 'growth', 'fetch', 'latency', 'ebs', 'orchestration'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly image?: readonly [string, string] | undefined;
  readonly size: number;
  readonly rounds: number;
  readonly only: readonly Part[];
  /** A folder of this run's own, removed afterwards. */
  readonly folder: string;
  readonly report?: string | undefined;
  /** Where what was measured is kept, and added to. */
  readonly keep?: string | undefined;
  readonly install: boolean;
  readonly peers: boolean;
  readonly quick: boolean;
}

const number = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number.');
};

const parts = (text: string): Part[] => {
  const wanted = text.split(',');
  const unknown = wanted.filter((name) => !PARTS.includes(name as Part));
  if (unknown.length > 0) throw new InvalidArgumentError(`It must be of ${PARTS.join(', ')}.`);
  return wanted as Part[];
};

/** Two images, two repositories of the tool that is measured, and a restored image. */
const NEEDED_PER_MIB = 5 * 1_048_576;

/** Memory, where there is enough: the disk is not what is measured. */
const placeFor = (mib: number): string => {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize > mib * NEEDED_PER_MIB) return '/dev/shm';
  } catch {
    // no such place on this system
  }
  return tmpdir();
};

export const readOptions = (argv: readonly string[]): BenchOptions => {
  const given = new Command('npm run bench --')
    .description(
      'Measures Holdfast beside other backup programs on this machine: wall, CPU, memory, stored bytes, ratios.',
    )
    .option('--image <files...>', 'two raw disk images of one volume, instead of making them')
    .option('--size <MiB>', 'of the images that are made', number, 4_096)
    .option('--rounds <n>', 'in each of which everything runs in turn; medians are told', number, 5)
    .option('--only <parts>', PARTS.join(','), parts)
    .option('--tmp <folder>', 'where all is put (default: /dev/shm if it is large enough)')
    .option('--report <file>', 'writes the report there too, as Markdown')
    .option(
      '--keep <file>',
      'what was measured is kept there; another run with other --only adds to it, and reports all',
    )
    .option('--no-install', 'takes the peers that are there')
    .option('--no-peers', 'measures Holdfast alone')
    .option('--quick', 'one round of 256 MiB: only whether it works')
    .parse([...argv])
    .opts<{
      image?: string[];
      size: number;
      rounds: number;
      only?: Part[];
      tmp?: string;
      report?: string;
      keep?: string;
      install: boolean;
      peers: boolean;
      quick?: boolean;
    }>();
  const { image } = given;
  if (image && image.length !== 2) throw new Error('--image takes two files');
  const quick = given.quick === true;
  const size = quick ? 256 : given.size;
  const place = given.tmp ?? placeFor(size);
  mkdirSync(place, { recursive: true });
  return {
    image: image as [string, string] | undefined,
    size,
    rounds: quick ? 1 : given.rounds,
    only: given.only ?? PARTS,
    folder: mkdtempSync(join(place, 'holdfast-bench-')),
    report: given.report,
    keep: given.keep,
    install: given.install,
    peers: given.peers,
    quick,
  };
};
