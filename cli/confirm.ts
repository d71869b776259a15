import { createInterface } from 'node:readline/promises';
import { usageError } from './cli-error.ts';
import type { Screen } from './screen.ts';

/** Asks on the terminal. `otherwise`: what to do where nobody can be asked. Errors: CliError (nobody can). */
export const confirm = async (
  screen: Screen,
  question: string,
  otherwise: { readonly why: string; readonly remedy: string },
): Promise<boolean> => {
  if (screen.json || !screen.interactive || !process.stdin.isTTY)
    throw usageError(`Nobody is there to be asked${otherwise.why}.`, { field: '--yes', remedy: otherwise.remedy });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
};

/** Of what removes recovery points. */
export const POINTS_DO_NOT_COME_BACK = ', and removed recovery points do not come back';
