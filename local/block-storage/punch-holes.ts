import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
let available = process.platform === 'linux';

/**
 * Gives a range of a file back to the disk; it reads as zeros then. Node has no fallocate, so util-linux's program
 * does it. Answers false where that is missing or the file system can't: then the caller writes zeros.
 */
export const punchHole = async (path: string, offset: number, length: number): Promise<boolean> => {
  if (!available) return false;
  try {
    await run('fallocate', ['--punch-hole', '--keep-size', '--offset', `${offset}`, '--length', `${length}`, path]);
    return true;
  } catch {
    available = false;
    return false;
  }
};
