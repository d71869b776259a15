/** Where `holdfast library cat` writes. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import type { VolumeTarget } from '../library/export-volume.ts';
import { writeAll } from '../library/write-all.ts';
import { CliError, usageError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

export interface VolumeOutput {
  readonly target: VolumeTarget;
  /** All is written: `bytes` are the image. Returns when the disk has them. */
  finish(bytes: number): void;
  /** If not all is written: takes away a file of this command's own making. */
  discard(): void;
}

/**
 * A new file, sparse and written from several sides. `blockBytes` are whole blocks. Only here: in a file that somebody
 * else has opened, writes at their own places would not move the place where the next program goes on.
 */
const newFile = (path: string, blockBytes: number): VolumeOutput => {
  let fd: number;
  try {
    fd = openSync(path, 'wx', 0o600);
  } catch (cause) {
    throw usageError(`${path} cannot be made: ${(cause as Error).message}`, { field: '--output', cause });
  }
  let finished = false;
  const discard = (): void => {
    if (finished) return;
    closeSync(fd);
    unlinkSync(path);
  };
  try {
    ftruncateSync(fd, blockBytes);
  } catch (error) {
    discard();
    throw error;
  }
  return {
    target: { kind: 'file', fd },
    finish: (bytes) => {
      ftruncateSync(fd, bytes);
      fsyncSync(fd);
      finished = true;
      closeSync(fd);
    },
    discard,
  };
};

const nothing = (): void => undefined;

/** Written in order. Some file systems tell only when it is synced that a disk was full. */
const stdoutFile = (isSynced: boolean): VolumeOutput => ({
  target: { kind: 'stream', write: async (bytes) => writeAll(1, bytes, null) },
  finish: isSynced ? () => fsyncSync(1) : nothing,
  discard: nothing,
});

const readerClosed = (cause: Error): CliError =>
  new CliError('Stopped', 'Stopped before the end: the reader closed.', { exitCode: EXIT.incomplete, cause });

const isBrokenPipe = (error: NodeJS.ErrnoException): boolean => error.code === 'EPIPE';

const stdoutPipe = (): VolumeOutput => {
  // each write tells of its own failure, and that an image was cut off is no way to end well
  process.stdout.removeAllListeners('error').on('error', nothing);
  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      process.stdout.write(bytes, (error) => {
        if (error) reject(isBrokenPipe(error) ? readerClosed(error) : error);
        else resolve();
      });
    });
  return { target: { kind: 'stream', write }, finish: nothing, discard: nothing };
};

/** `path` is made anew; without it, stdout. Throws a usage error, or what the system says. */
export const openOutput = (path: string | undefined, blockBytes: number): VolumeOutput => {
  if (path !== undefined) return newFile(path, blockBytes);
  if (process.stdout.isTTY === true)
    throw usageError('A disk image is nothing for a terminal.', {
      field: '--output',
      remedy: 'Give --output disk.img, or send it on: holdfast library cat … | ssh host …',
    });
  const found = fstatSync(1);
  // process.stdout would take a part for all where a disk becomes full, and write nothing at all to a block device
  const waits = found.isFIFO() || found.isSocket();
  return waits ? stdoutPipe() : stdoutFile(found.isFile() || found.isBlockDevice());
};
