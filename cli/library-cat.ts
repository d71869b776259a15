import type { Command } from 'commander';
import { catVolume } from '../library/export-volume.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { libraryFailure } from './library-failure.ts';
import { findVolume } from './library-point.ts';
import { LIBRARY_OPTION, type LibraryOptions, RECOVERY_KEY_OPTION, withLibrary } from './open-library.ts';
import { threadsOption } from './options.ts';
import { screenOf } from './screen.ts';
import { bytes, count } from './units.ts';
import { createVolumeBar } from './volume-bar.ts';
import { openOutput } from './volume-output.ts';

interface CatOptions extends LibraryOptions {
  readonly output?: string;
  readonly keepGoing?: boolean;
}

const MOST_NAMED = 20;

const cat = async (
  { recoveryPointId, volumeId }: { readonly recoveryPointId: string; readonly volumeId: string | undefined },
  options: CatOptions,
  command: Command,
): Promise<void> => {
  await withLibrary(options, async ({ library, signal, startThreads }) => {
    const { volume, map } = await findVolume(library, { recoveryPointId, volumeId });
    // an imported image need not have been whole blocks
    const size = typeof volume.imageBytes === 'number' ? volume.imageBytes : map.sizeBytes;
    const bar = createVolumeBar(Date.now);
    const output = openOutput(options.output, map.sizeBytes);
    try {
      const { lost } = await catVolume(library, map, {
        threads: startThreads(),
        target: output.target,
        bytes: size,
        keepGoing: options.keepGoing === true,
        onProgress: bar.show,
        signal,
      }).finally(bar.end);
      output.finish(size);
      if (lost.length > 0) throw lostBlocks(lost);
    } catch (error) {
      output.discard();
      throw error;
    }
    const screen = screenOf(command);
    // without a file of its own, stdout is the image
    if (options.output === undefined) return;
    const { dataBlocks } = map;
    if (screen.json) screen.value({ recoveryPointId, volumeId: volume.volumeId, bytes: size, dataBlocks });
    else screen.line(`${options.output}: ${bytes(size)}, every block as it was backed up`);
  });
};

const lostBlocks = (lost: readonly { readonly index: number; readonly message: string }[]): CliError => {
  const first = lost.slice(0, MOST_NAMED).map(({ index, message }) => `  at byte ${index * 524_288}: ${message}`);
  const more = lost.length > MOST_NAMED ? `\n  and ${lost.length - MOST_NAMED} more` : '';
  return new CliError(
    'LostBlocks',
    `${count(lost.length, 'block')} of 512 KiB could not be read and are zero:\n${first.join('\n')}${more}`,
    {
      exitCode: EXIT.incomplete,
    },
  );
};

export const addLibraryCat = (group: Command): void => {
  group
    .command('cat')
    .description('a volume of a recovery point as a raw disk image, without AWS and without the API')
    .argument('<recovery point>', 'its id')
    .argument('[volume]', 'its id; needed if the recovery point has several')
    .option(...LIBRARY_OPTION)
    .option(...RECOVERY_KEY_OPTION)
    .option('-o, --output <file>', 'a new file, instead of stdout')
    .option('--keep-going', 'zeros for what cannot be read, told at the end; exit code 1')
    .addOption(threadsOption())
    .addHelpText(
      'after',
      `
Every block is decrypted and compared with its checksum. A file of --output has holes for what is zero; stdout gets
the zeros. "holdfast library points" tells what there is.

Examples:
  $ holdfast library cat rp-0199… vol-0123… --library s3://backups/tenants/hv-… --recovery-key @key.txt -o disk.img
  $ holdfast library cat rp-0199… --library /mnt/backups/hv-… | ssh host 'dd of=/dev/nvme1n1 bs=1M'`,
    )
    .action(async (recoveryPointId: string, volumeId: string | undefined, options: CatOptions, command: Command) => {
      try {
        await cat({ recoveryPointId, volumeId }, options, command);
      } catch (error) {
        throw libraryFailure(error, '--keep-going reads all that is left.');
      }
    });
};
