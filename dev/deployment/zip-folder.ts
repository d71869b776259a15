import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

/** Of every entry: a zip of the same files is the same, whenever and wherever it is made. */
const MADE = new Date(1980, 0, 1);

/** The files of `folder` that `takes` wants, at `prefix` in a zip. Paths have slashes, on every system. */
export const zipFolder = (folder: string, prefix: string, takes: (path: string) => boolean): Uint8Array => {
  const entries: Zippable = {};
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = file.split(sep).join('/');
    if (takes(path) && statSync(join(folder, file)).isFile())
      entries[`${prefix}${path}`] = [readFileSync(join(folder, file)), { mtime: MADE, os: 3, attrs: 0o100644 << 16 }];
  }
  return zipSync(entries, { level: 9 });
};
