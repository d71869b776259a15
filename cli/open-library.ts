/** A library by its recovery key, without the API and without KMS: what `holdfast library …` commands share. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { type Library, openLibrary } from '../library/library.ts';
import { readIdentity } from '../library/library-identity.ts';
import { startTaskThreads, type TaskThreads } from '../library/task-threads.ts';
import { openTenantKeysWithRecoveryKey } from '../library/tenant-keys.ts';
import { usageError } from './cli-error.ts';
import { type LibraryPlace, openPlace, readPlace } from './library-place.ts';
import { startLibraryThread } from './library-thread.ts';
import { readRecoveryKey } from './recovery-key-option.ts';

export interface LibraryOptions {
  readonly library?: string;
  readonly recoveryKey?: string;
  readonly threads?: number;
}

export interface OpenedLibrary {
  readonly library: Library;
  readonly place: LibraryPlace;
  /** Aborts at Ctrl-C or SIGTERM; a second one ends the process. */
  readonly signal: AbortSignal;
  /** Starts threads: as many as there are processors, unless told. */
  startThreads(): TaskThreads;
}

/** Options that all of these commands have. */
export const LIBRARY_OPTION = [
  '--library <place>',
  's3://bucket/prefix or a folder: one tenant’s library (default: HOLDFAST_LIBRARY)',
] as const;
export const RECOVERY_KEY_OPTION = [
  '--recovery-key <key>',
  'hfrec1-…, or @file (default: HOLDFAST_RECOVERY_KEY, which other users of the machine do not see)',
] as const;

/** Opens the library, with its index unless told otherwise, does `work`, and ends threads and connections. */
export const withLibrary = async <T>(
  options: LibraryOptions,
  work: (opened: OpenedLibrary) => Promise<T>,
  { withIndex = true }: { readonly withIndex?: boolean } = {},
): Promise<T> => {
  const text = options.library ?? process.env.HOLDFAST_LIBRARY;
  if (!text)
    throw usageError('Which library is not known.', {
      field: '--library',
      remedy: 'Set HOLDFAST_LIBRARY, or give --library s3://bucket/prefix (or a folder).',
    });
  const recoveryKey = readRecoveryKey(options.recoveryKey, process.env);
  const place = readPlace(text, process.env);
  const { store, close } = await openPlace(place);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new Error('it was stopped'));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, onSignal);
  let threads: TaskThreads | undefined;
  try {
    const keys = await openTenantKeysWithRecoveryKey({ store, recoveryKey, ...(await readIdentity(store)) });
    const library = openLibrary({ store, keys, random: randomBytes, now: Date.now });
    if (withIndex) await library.index.refresh();
    return await work({
      library,
      place,
      signal: stop.signal,
      startThreads: () => {
        threads ??= startTaskThreads(() => startLibraryThread(place), options.threads ?? availableParallelism());
        return threads;
      },
    });
  } finally {
    await threads?.close();
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal);
    close();
  }
};
