/** Where `holdfast library cat` writes: sparse where it can be. */
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import type { VolumeTarget } from '../library/export-volume.ts';
import { usageError } from './cli-error.ts';

export interface VolumeOutput {
  readonly target: VolumeTarget;
  readonly sparse: boolean;
  /** All is written: shortens a file to what the image had. */
  finish(bytes: number): void;
  /** Not all is written: takes away a file of this command's own making. */
  discard(): void;
}

/** Before a file is written from several sides, it gets the volume's length; `blockBytes` are whole blocks. */
const fileOutput = (fd: number, blockBytes: number, close: () => void, remove: () => void): VolumeOutput => {
  ftruncateSync(fd, 0);
  ftruncateSync(fd, blockBytes);
  return {
    target: { kind: 'file', fd },
    sparse: true,
    finish: (bytes) => {
      ftruncateSync(fd, bytes);
      close();
    },
    discard: () => {
      close();
      remove();
    },
  };
};

const APPENDING = 0o2000;

/**
 * Whether stdout is a file that nothing was written to and that writes do not only append to. Only Linux tells; where
 * it is not known, the volume is written in order with its zeros.
 */
const stdoutIsFreshFile = (): boolean => {
  const found = fstatSync(1);
  if (!found.isFile() || found.size > 0) return false;
  try {
    const info = readFileSync('/proc/self/fdinfo/1', 'utf8');
    const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? '', 8);
    return /^pos:\s*0$/m.test(info) && (flags & APPENDING) === 0;
  } catch {
    return false;
  }
};

const write = (bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });

/** `path` is made anew; without it, stdout. Throws a usage error. */
export const openOutput = (path: string | undefined, blockBytes: number): VolumeOutput => {
  if (path !== undefined) {
    let fd: number;
    try {
      fd = openSync(path, 'wx', 0o600);
    } catch (cause) {
      throw usageError(`${path} cannot be made: ${(cause as Error).message}`, { field: '--output', cause });
    }
    return fileOutput(
      fd,
      blockBytes,
      () => closeSync(fd),
      () => unlinkSync(path),
    );
  }
  if (process.stdout.isTTY === true)
    throw usageError('A disk image is nothing for a terminal.', {
      field: '--output',
      remedy: 'Give --output disk.img, or send it on: holdfast library cat … > disk.img',
    });
  const nothing = (): void => undefined;
  if (stdoutIsFreshFile()) return fileOutput(1, blockBytes, nothing, () => ftruncateSync(1, 0));
  return { target: { kind: 'stream', write }, sparse: false, finish: nothing, discard: nothing };
};
