import { type BigIntStats, fstatSync, statSync } from 'node:fs';
import { ImageChanged } from './errors.ts';

/** What tells whether a file is the same one, and untouched. Structured-cloneable. */
export interface ImageState {
  readonly device: bigint;
  readonly inode: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** Nanoseconds since 1970. */
  readonly modified: bigint;
  /** Nanoseconds since 1970: also moves where a tool sets `modified` back. */
  readonly changed: bigint;
}

const stateOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): ImageState => ({
  device: dev,
  inode: ino,
  size,
  modified: mtimeNs,
  changed: ctimeNs,
});

/** Throws RangeError for what is no regular file: neither a device's size nor its writes show in these. */
export const imageState = (path: string): ImageState => {
  const found = statSync(path, { bigint: true });
  if (!found.isFile()) throw new RangeError(`${path} is no regular file`);
  return stateOf(found);
};

/** Compares `before` with what is now under that path, or in that open file. Throws ImageChanged. */
export const refuseChangedImage = (path: string, before: ImageState, fd?: number): void => {
  const found =
    fd === undefined ? statSync(path, { bigint: true, throwIfNoEntry: false }) : fstatSync(fd, { bigint: true });
  const now = found && stateOf(found);
  const differs = (Object.keys(before) as (keyof ImageState)[]).some((name) => before[name] !== now?.[name]);
  if (differs) throw new ImageChanged(path);
};
