import { MissingObject } from '../library/errors.ts';
import { CliError, unreachable, usageError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

/** Something of the library is damaged, lost, or could not be written. */
const INCOMPLETE: Readonly<Record<string, string>> = {
  CorruptObject: 'holdfast library check tells what else is damaged.',
  MissingObject: 'holdfast library check tells what else is missing.',
  LibraryFull: 'Make room, then import again: nothing of the recovery point is there yet.',
  ImageChanged: 'Import it again while nothing writes to it: a snapshot of it, or with its machine shut down.',
  LibraryPruned: 'Import it again; what has been stored already and is still there is not stored twice.',
  ConflictingObject: 'Import it under another id.',
};

const NO_ROOM = 'Make room there, or write elsewhere; then begin again.';
const NO_RIGHT = 'Whoever runs this command needs the right to read and write there.';

/** What the system says of the image, of the file that is written, or of a library in a folder. */
const SYSTEM: Readonly<Record<string, string>> = {
  ENOSPC: NO_ROOM,
  EDQUOT: NO_ROOM,
  EFBIG: 'The file system there, or a limit (ulimit -f), allows no file of that size: write elsewhere.',
  EIO: 'A disk fails: look into the system’s log, and read or write elsewhere.',
  EROFS: 'Nothing can be written there: write elsewhere.',
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
};

/**
 * What the library throws, in the words of the command line; `besides` is what this command can do where something is
 * lost. Anything else is a fault of this program.
 */
export const libraryFailure = (error: unknown, besides?: string): unknown => {
  if (!(error instanceof Error) || error instanceof CliError) return error;
  const { name, message } = error;
  if (error instanceof MissingObject && ['format', 'key'].includes(error.kind))
    return usageError(message, { field: '--library', cause: error });
  if (name === 'WrongKey') return usageError(message, { field: '--recovery-key', cause: error });
  if (name === 'UnsupportedFormat') return usageError(message, { field: '--library', cause: error });
  if (name === 'CredentialsProviderError')
    return usageError(`No AWS credentials for this library: ${message}`, { field: '--library', cause: error });
  if (name === 'TransientFailure' || name === 'LibraryUnavailable')
    return unreachable(message, 'Check --library, AWS_REGION and the credentials, then try again.', error);
  const incomplete = (code: string, remedy: string | undefined): CliError =>
    new CliError(code, message, { exitCode: EXIT.incomplete, remedy, cause: error });
  const remedy = INCOMPLETE[name];
  const isLost = name === 'CorruptObject' || name === 'MissingObject';
  if (remedy !== undefined) return incomplete(name, isLost && besides !== undefined ? `${remedy} ${besides}` : remedy);
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return incomplete(code, SYSTEM[code]);
  if (message === 'it was stopped')
    return new CliError('Stopped', 'Stopped before the end.', { exitCode: EXIT.incomplete });
  return error;
};
