import type { Command } from 'commander';
import { catVolume } from '../library/export-volume.ts';
import type { Library } from '../library/library.ts';
import { listPoints, type PointVolume, readPoint } from '../library/recovery-point.ts';
import { readMap } from '../library/volume-map.ts';
import { CliError, usageError } from './cli-error.ts';
import { screenOf } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { libraryFailure } from './library-failure.ts';
import { LIBRARY_OPTION, type LibraryOptions, RECOVERY_KEY_OPTION, withLibrary } from './open-library.ts';
import { numeric } from './options.ts';
import { bytes, count } from './units.ts';
import { createVolumeBar } from './volume-bar.ts';
import { openOutput } from './volume-output.ts';

interface CatOptions extends LibraryOptions {
  readonly output?: string;
  readonly keepGoing?: boolean;
}

const MOST_NAMED = 20;

const pointOf = async (library: Library, recoveryPointId: string) => {
  try {
    return await readPoint(library, recoveryPointId);
  } catch (error) {
    const absent = error instanceof RangeError || (error instanceof Error && error.name === 'MissingObject');
    if (!absent) throw error;
    const ids: string[] = [];
    for await (const id of listPoints(library)) ids.push(id);
    const named = ids.sort().slice(-MOST_NAMED).join(', ');
    throw usageError(`The library has no recovery point ${recoveryPointId}.`, {
      field: 'recovery point',
      remedy: ids.length === 0 ? 'It has none at all.' : `It has ${ids.length}, the newest: ${named}`,
    });
  }
};

const volumeOf = (volumes: readonly PointVolume[], volumeId: string | undefined): PointVolume => {
  const found =
    volumeId === undefined && volumes.length === 1 ? volumes[0] : volumes.find((v) => v.volumeId === volumeId);
  if (found) return found;
  const remedy = `It has ${volumes.map((v) => `${v.volumeId} (${bytes(v.sizeBytes)})`).join(', ')}.`;
  const missing = volumeId === undefined ? 'Which volume?' : `The recovery point has no volume ${volumeId}.`;
  throw usageError(missing, { field: 'volume', remedy });
};

const cat = async (
  { recoveryPointId, volumeId }: { readonly recoveryPointId: string; readonly volumeId: string | undefined },
  options: CatOptions,
  command: Command,
): Promise<void> => {
  await withLibrary(options, async ({ library, signal, startThreads }) => {
    const point = await pointOf(library, recoveryPointId);
    const volume = volumeOf(point.volumes, volumeId);
    const map = await readMap(library, recoveryPointId, volume.volumeId, volume.mapVersionId);
    // an imported image need not have been whole blocks
    const size = typeof volume.imageBytes === 'number' ? volume.imageBytes : map.sizeBytes;
    const output = openOutput(options.output, map.sizeBytes);
    const bar = createVolumeBar(Date.now);
    try {
      const { lost } = await catVolume(library, map, {
        threads: startThreads(),
        target: output.target,
        bytes: size,
        keepGoing: options.keepGoing === true,
        onProgress: bar.show,
        signal,
      });
      output.finish(size);
      bar.end();
      if (lost.length > 0) throw lostBlocks(lost);
    } catch (error) {
      bar.end();
      if (!(error instanceof CliError)) output.discard();
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
    .addOption(numeric('--threads <n>', 'at work side by side (default: one for each processor)'))
    .addHelpText(
      'after',
      `
Every block is decrypted and compared with its checksum. A file has holes for what is zero; a pipe gets the zeros.

Examples:
  $ holdfast library cat rp-0199… vol-0123… --library s3://backups/tenants/hv-… --recovery-key @key.txt > disk.img
  $ holdfast library cat rp-0199… --library /mnt/backups/hv-… | ssh host 'dd of=/dev/nvme1n1 bs=1M'`,
    )
    .action(async (recoveryPointId: string, volumeId: string | undefined, options: CatOptions, command: Command) => {
      try {
        await cat({ recoveryPointId, volumeId }, options, command);
      } catch (error) {
        throw libraryFailure(error);
      }
    });
};
