import { writeSync } from 'node:fs';

/**
 * All of `bytes` at `position`, or where the file stands: write(2) may take fewer and say so, as it does when the disk
 * has just become full. Throws what the system says, by its `code`.
 */
export const writeAll = (fd: number, bytes: Uint8Array, position: number | null): void => {
  for (let written = 0; written < bytes.length; ) {
    const at = position === null ? null : position + written;
    written += writeSync(fd, bytes, written, bytes.length - written, at);
  }
};
