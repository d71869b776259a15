import { MissingObject } from '../library/errors.ts';
import { CliError, unreachable, usageError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

/** Something of the library is damaged, lost, or could not be written. */
const INCOMPLETE: Readonly<Record<string, string>> = {
  CorruptObject: 'holdfast library check tells what else is damaged; --keep-going reads all that is left.',
  MissingObject: 'holdfast library check tells what else is missing; --keep-going reads all that is left.',
  LibraryFull: 'Make room, then import again: nothing of the recovery point is there yet.',
  ConflictingObject: 'Import it under another id.',
};

/** What the library throws, in the words of the command line. Anything else is a fault of this program. */
export const libraryFailure = (error: unknown): unknown => {
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
  const remedy = INCOMPLETE[name];
  if (remedy !== undefined) return new CliError(name, message, { exitCode: EXIT.incomplete, remedy, cause: error });
  const { code } = error as NodeJS.ErrnoException;
  // of the image or the file that is written, by its path
  if (code !== undefined && typeof code === 'string')
    return new CliError(code, message, { exitCode: EXIT.incomplete, cause: error });
  if (message === 'it was stopped')
    return new CliError('Stopped', 'Stopped before the end.', { exitCode: EXIT.incomplete });
  return error;
};
