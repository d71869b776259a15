/** stdout that fails while text, a table or JSON is written to it, which nobody waits for. */
import { EXIT } from './exit-codes.ts';

/** `holdfast job list | head` closes the pipe early: no reason to complain. Anything else is told in one line. */
export const onStdoutFailure = (error: NodeJS.ErrnoException): void => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  process.stderr.write(`Error: ${error.code ?? error.name}\n  stdout cannot be written: ${error.message}\n`);
  process.exit(EXIT.incomplete);
};
