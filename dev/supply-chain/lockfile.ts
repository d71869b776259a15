import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An entry of package-lock.json, version 3, as far as the checks of the supply chain look at it. */
export interface LockedPackage {
  /** Only where it is not the folder's: an alias, and the project itself. */
  readonly name?: string;
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  /** SPDX expression, as the package's publisher declares it. */
  readonly license?: string;
  /** Needed by development dependencies only. */
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lockfile {
  readonly lockfileVersion: number;
  /** By folder: `node_modules/a/node_modules/b`; the project itself is ''. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export const readLockfile = (projectDir: string): Lockfile =>
  JSON.parse(readFileSync(join(projectDir, 'package-lock.json'), 'utf8')) as Lockfile;

/** `node_modules/a/node_modules/@b/c` → `@b/c`: what our code and other packages import it as. */
export const folderName = (folder: string): string => folder.slice(folder.lastIndexOf('node_modules/') + 13);

/** Everything but the project itself, as [folder, entry]. */
export const lockedPackages = ({ packages }: Lockfile): [string, LockedPackage][] =>
  Object.entries(packages).filter(([folder]) => folder !== '');

/** `zod@4.6.7`, by the name that it has at the registry. */
export const identity = (folder: string, { name, version }: LockedPackage): string =>
  `${name ?? folderName(folder)}@${version}`;

/** What a check of the supply chain found: a line for people, and what is wrong, each with what to do. */
export interface Verdict {
  readonly summary: string;
  /** The check could not be made, and need not be. */
  readonly unknown?: true;
  readonly problems: readonly string[];
}
