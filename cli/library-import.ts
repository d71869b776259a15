import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { uuidv7Ids } from '../adapters/system.ts';
import { importVolume } from '../library/import-volume.ts';
import { usageError } from './cli-error.ts';
import { libraryFailure } from './library-failure.ts';
import { findVolume } from './library-point.ts';
import { LIBRARY_OPTION, type LibraryOptions, RECOVERY_KEY_OPTION, withLibrary } from './open-library.ts';
import { threadsOption } from './options.ts';
import { screenOf } from './screen.ts';
import { bytes, count, duration } from './units.ts';
import { createVolumeBar } from './volume-bar.ts';

interface ImportOptions extends LibraryOptions {
  readonly volume: string;
  readonly parent?: string;
  readonly level: 'fast' | 'default';
  readonly verify: 'sample' | 'full';
}

const volumeIdOption = (): Option =>
  new Option('--volume <id>', 'what the volume is called in the library')
    .default('vol-00000000')
    .argParser((text: string) => {
      if (/^[a-z0-9][a-z0-9-]{0,63}$/.test(text)) return text;
      throw new InvalidArgumentError('It must have 1 to 64 of a-z, 0-9 and -.');
    });

const checkImage = (path: string): void => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size === 0)
    throw usageError(`${path} is ${found ? (found.isFile() ? 'empty' : 'no file') : 'not there'}.`, { field: 'image' });
};

const importImage = async (path: string, options: ImportOptions, command: Command): Promise<void> => {
  checkImage(path);
  const screen = screenOf(command);
  const startedAt = Date.now();
  await withLibrary(options, async ({ library, place, signal, startThreads }) => {
    let bar = createVolumeBar(Date.now);
    let readingBack = false;
    const parent =
      options.parent === undefined
        ? undefined
        : await findVolume(library, { recoveryPointId: options.parent, volumeId: options.volume }, '--parent');
    const { document, map, counters } = await importVolume(library, {
      path,
      recoveryPointId: `rp-${uuidv7Ids.uuid()}`,
      volumeId: options.volume,
      parent: parent?.map,
      level: options.level,
      openPacks: place.kind === 'disk' ? 1 : 2,
      threads: startThreads(),
      requestedBy: `holdfast library import ${basename(path)}`,
      verify: options.verify,
      onProgress: (progress) => bar.show(progress),
      onVerified: (progress) => {
        if (!readingBack) {
          bar.end();
          bar = createVolumeBar(Date.now);
        }
        readingBack = true;
        bar.show(progress);
      },
      random: Math.random,
      signal,
    }).finally(() => bar.end());
    const { recoveryPointId, verification } = document;
    // never absent from what was just written; its type also holds for documents of other programs
    const { blocks: readBack } = verification as { readonly blocks: number };
    const known = counters.sameAsParent + counters.deduplicated;
    if (screen.json) {
      const [volume] = document.volumes;
      return screen.value({ recoveryPointId, ...volume, dataBlocks: map.dataBlocks, counters, verification });
    }
    screen.fields([
      ['Recovery point', recoveryPointId],
      ['Volume', `${options.volume}, ${bytes(map.sizeBytes)}`],
      ['Data', `${bytes(map.dataBlocks * 524_288)}, of which ${bytes(known * 524_288)} were in the library`],
      ['Stored', bytes(counters.storedBytes)],
      ['Verified', `${options.verify === 'full' ? 'all' : 'a sample'}: ${count(readBack, 'block')} read back`],
      ['Took', duration((Date.now() - startedAt) / 1_000)],
    ]);
    screen.line(`\nRead it: holdfast library cat ${recoveryPointId} -o disk.img`);
  });
};

export const addLibraryImport = (group: Command): void => {
  group
    .command('import')
    .description('a raw disk image as a recovery point, without AWS and without the API')
    .argument('<image>', 'a file; what is zero in it, holes or not, takes no room')
    .option(...LIBRARY_OPTION)
    .option(...RECOVERY_KEY_OPTION)
    .addOption(volumeIdOption())
    .option('--parent <recovery point>', 'an earlier one of the same volume: unchanged blocks are found sooner')
    .addOption(
      new Option('--level <level>', 'of compression: zstd 1 or 3').choices(['fast', 'default']).default('default'),
    )
    .addOption(
      new Option('--verify <depth>', 'what is read back from the library before the recovery point is written')
        .choices(['sample', 'full'])
        .default('sample'),
    )
    .addOption(threadsOption())
    .addHelpText(
      'after',
      `
Example:
  $ holdfast library import disk.img --library s3://backups/tenants/hv-… --recovery-key @key.txt`,
    )
    .action(async (path: string, options: ImportOptions, command: Command) => {
      try {
        await importImage(path, options, command);
      } catch (error) {
        throw libraryFailure(error);
      }
    });
};
