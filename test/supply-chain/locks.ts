import { join } from 'node:path';
import { type LockedPackage, type Lockfile, readLockfile } from '../../dev/supply-chain/lockfile.ts';

export const projectDir = join(import.meta.dirname, '../..');

/** Fields of an entry, undefined where it loses one. */
export type Change = { readonly [Field in keyof LockedPackage]: LockedPackage[Field] | undefined };

/** The project's own lockfile with one entry changed, or another one added. */
export const lockWith = (folder: string, change: Change): Lockfile => {
  const lock = readLockfile(projectDir);
  // Through JSON, as it comes from the file: what is undefined is not there.
  const entry = JSON.parse(JSON.stringify({ ...lock.packages[folder], ...change })) as LockedPackage;
  return { ...lock, packages: { ...lock.packages, [folder]: entry } };
};

export const HASH = `sha512-${'A'.repeat(86)}==`;
