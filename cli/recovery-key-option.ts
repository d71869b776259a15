import { readFileSync } from 'node:fs';
import { usageError } from './cli-error.ts';

/** The key as it was given, as `@file`, or in the environment. */
export const readRecoveryKey = (given: string | undefined, env: NodeJS.ProcessEnv): string => {
  const text = given ?? env.HOLDFAST_RECOVERY_KEY;
  if (!text)
    throw usageError('The library’s recovery key is needed.', {
      field: '--recovery-key',
      remedy: 'Set HOLDFAST_RECOVERY_KEY, or give --recovery-key @file. It was printed once, when it was made.',
    });
  if (!text.startsWith('@')) return text;
  try {
    return readFileSync(text.slice(1), 'utf8').trim();
  } catch (cause) {
    throw usageError(`The recovery key cannot be read from ${text.slice(1)}: ${(cause as Error).message}`, {
      field: '--recovery-key',
      cause,
    });
  }
};
