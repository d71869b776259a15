import { execFileSync } from 'node:child_process';
import type { Command } from '../measured.ts';

/** Backup programs that are measured beside each other, each on a repository of its own. */
export interface Tool {
  readonly name: string;
  /** Makes an empty repository in a folder that is not there yet. */
  open(folder: string): Promise<Repository>;
}

export interface Images {
  readonly v1: string;
  readonly v2: string;
  /** Of the blocks in which they differ: uint32 LE. */
  readonly changed: string;
}

export interface Repository {
  first(images: Images): Promise<Command>;
  /** The second image, all of it read. What cannot do this can do nothing below. */
  second?(images: Images): Promise<Command>;
  /** The second image, of which is known what has changed. */
  secondByChanges?(images: Images): Promise<Command>;
  /** The second backup, to `target`, where it is found afterwards as `file`. */
  restore?(target: string): Promise<{ readonly command: Command; readonly file: string }>;
  restoreToNull?(): Promise<Command>;
  readonly folder: string;
}

/** Bytes of all files below, as they are long. */
export const storedBytes = (folder: string): number =>
  Number(execFileSync('du', ['-sb', '--apparent-size', folder]).toString().split('\t')[0]);
