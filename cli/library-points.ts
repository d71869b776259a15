import type { Command } from 'commander';
import { isLoss } from '../library/errors.ts';
import { inParallel } from '../library/in-parallel.ts';
import type { Library } from '../library/library.ts';
import { listPoints, type PointDocument, type PointVolume, readPoint } from '../library/recovery-point.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { libraryFailure } from './library-failure.ts';
import { LIBRARY_OPTION, type LibraryOptions, RECOVERY_KEY_OPTION, withLibrary } from './open-library.ts';
import { type Screen, screenOf } from './screen.ts';
import { bytes, count, time } from './units.ts';

interface PointsOptions extends LibraryOptions {
  readonly instance?: string;
}

/** What people choose a recovery point by. An imported image has no instance. */
interface PointLine {
  readonly recoveryPointId: string;
  readonly instanceId: string | undefined;
  readonly instanceName: string | undefined;
  /** ISO-8601, UTC. */
  readonly takenAt: string;
  readonly kind: PointDocument['kind'];
  readonly volumes: readonly Pick<PointVolume, 'volumeId' | 'sizeBytes'>[];
}

interface ReadPoints {
  /** Newest first. */
  readonly points: readonly PointLine[];
  readonly unreadable: readonly { readonly recoveryPointId: string; readonly message: string }[];
}

const READS_AT_ONCE = 16;

const textOf = (value: unknown, name: string): string | undefined => {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === 'string' ? found : undefined;
};

const lineOf = ({ recoveryPointId, instance, createdAt, kind, volumes }: PointDocument): PointLine => ({
  recoveryPointId,
  instanceId: textOf(instance, 'instanceId'),
  instanceName: textOf(instance, 'name'),
  takenAt: createdAt,
  kind,
  volumes: volumes.map(({ volumeId, sizeBytes }) => ({ volumeId, sizeBytes })),
});

/** One that is damaged hides no other. */
const readPoints = async (library: Library, signal: AbortSignal): Promise<ReadPoints> => {
  const points: PointLine[] = [];
  const unreadable: ReadPoints['unreadable'][number][] = [];
  await inParallel(listPoints(library), { atOnce: READS_AT_ONCE, signal }, async (recoveryPointId) => {
    try {
      points.push(lineOf(await readPoint(library, recoveryPointId)));
    } catch (error) {
      if (!isLoss(error) && !(error instanceof RangeError)) throw error;
      unreadable.push({ recoveryPointId, message: error.message });
    }
  });
  const newestFirst = points.sort(
    (a, b) => b.takenAt.localeCompare(a.takenAt) || b.recoveryPointId.localeCompare(a.recoveryPointId),
  );
  return { points: newestFirst, unreadable };
};

const show = (screen: Screen, { points, unreadable }: ReadPoints): void => {
  if (screen.json) screen.value({ points, unreadable });
  else if (points.length === 0) screen.line('There are no recovery points here.');
  else table(screen, points);
};

const table = (screen: Screen, points: readonly PointLine[]): void =>
  screen.table(
    ['recovery point', 'instance', 'name', 'taken', 'kind', 'volumes'],
    points.map((point) => [
      point.recoveryPointId,
      point.instanceId ?? '',
      point.instanceName ?? '',
      time(point.takenAt),
      point.kind,
      point.volumes.map(({ volumeId, sizeBytes }) => `${volumeId} (${bytes(sizeBytes)})`).join(', '),
    ]),
  );

const listAll = async (options: PointsOptions, command: Command): Promise<void> => {
  const { points, unreadable } = await withLibrary(
    options,
    ({ library, signal }) => readPoints(library, signal),
    // what there is must be told even where the index is what was lost
    { withIndex: false },
  );
  const { instance } = options;
  const wanted = instance === undefined ? points : points.filter(({ instanceId }) => instanceId === instance);
  show(screenOf(command), { points: wanted, unreadable });
  if (unreadable.length === 0) return;
  const each = unreadable.map(({ recoveryPointId, message }) => `  ${recoveryPointId}: ${message}`);
  throw new CliError(
    'CorruptObject',
    `${count(unreadable.length, 'recovery point')} cannot be read:\n${each.join('\n')}`,
    {
      exitCode: EXIT.incomplete,
    },
  );
};

export const addLibraryPoints = (group: Command): void => {
  group
    .command('points')
    .description('the recovery points in a library, newest first, without AWS and without the API')
    .option(...LIBRARY_OPTION)
    .option(...RECOVERY_KEY_OPTION)
    .option('--instance <id>', 'of this instance only')
    .addHelpText(
      'after',
      `
Also those of attempts that were never committed, and those that wait for being pruned: the control plane alone knows.
Exit code 1 if one cannot be read; the others are shown.

Example:
  $ holdfast library points --library s3://backups/tenants/hv-… --recovery-key @key.txt --instance i-0123456789abcdef0`,
    )
    .action(async (options: PointsOptions, command: Command) => {
      try {
        await listAll(options, command);
      } catch (error) {
        throw libraryFailure(error);
      }
    });
};
