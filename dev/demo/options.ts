import { Command, InvalidArgumentError } from 'commander';

export interface DemoOptions {
  /** GiB of the data volume; the root volume has 1. */
  readonly size: number;
  /** The user's own disk images, one a volume, instead of made ones. */
  readonly image?: readonly string[];
  readonly keep?: string;
  readonly seed: number;
  readonly corrupt: boolean;
}

const wholeGiB = (text: string): number => {
  const size = /^(\d+)\s*(GiB|G)?$/i.exec(text);
  if (!size || Number(size[1]) < 1) throw new InvalidArgumentError('a whole number of GiB, e.g. 4GiB');
  return Number(size[1]);
};

const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number');
  return Number(text);
};

export const readOptions = (argv: readonly string[]): DemoOptions =>
  new Command('npm run demo --')
    .description('Backs an instance up, changes it, backs it up again, restores both points, and compares every byte.')
    .option('--size <GiB>', 'size of the data volume', wholeGiB, 1)
    .option('--image <file...>', 'raw disk images to use as the instance’s volumes, the root volume first')
    .option('--keep <dir>', 'keep the local cloud’s data in this folder')
    .option('--seed <n>', 'of the made-up content and changes', wholeNumber, 1)
    .option('--corrupt', 'flip one byte of a restored volume before the comparison: the demo must then fail', false)
    .parse(argv)
    .opts<DemoOptions>();
