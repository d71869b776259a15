import { closeSync, constants, openSync } from 'node:fs';

/** Open files are kept for the next read or write, the least recently used closed first. All I/O on them is synchronous,
 * so that none can be closed in the middle of a read. */
export class OpenFiles {
  readonly #open = new Map<string, number>();
  readonly #most: number;

  constructor(most = 64) {
    this.#most = most;
  }

  /** The file's descriptor for reading and writing; made if missing. Valid until the caller gives up control. */
  descriptor(path: string): number {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#open.set(path, fd);
    if (this.#open.size > this.#most) {
      const oldest = this.#open.keys().next().value as string;
      this.close(oldest);
    }
    return fd;
  }

  close(path: string): void {
    const fd = this.#open.get(path);
    if (fd === undefined) return;
    this.#open.delete(path);
    closeSync(fd);
  }

  closeAll(): void {
    for (const path of [...this.#open.keys()]) this.close(path);
  }
}
