import { folderName, type LockedPackage, type Lockfile, lockedPackages, type Verdict } from './lockfile.ts';

export interface LockfileRules {
  /** Package names → why they may run a program when they are installed. */
  readonly installScripts: Readonly<Record<string, string>>;
  /** Folder names → which other package is installed there. */
  readonly aliases: Readonly<Record<string, { readonly package: string }>>;
}

/** 64 bytes in base64. */
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/**
 * What `npm ci` would install without a word, and should not: packages from somewhere else than the registry, packages
 * without a hash, an alias or an install script that nobody has looked at. (The usual linters of lockfiles look at
 * `resolved`, which this lockfile leaves out, and pass over what has neither that nor a hash.)
 */
export const lintLockfile = (lock: Lockfile, npmrc: string, { installScripts, aliases }: LockfileRules): Verdict => {
  const problems: string[] = [];
  if (lock.lockfileVersion !== 3) problems.push(`package-lock.json has version ${lock.lockfileVersion}, not 3`);
  const packages = lockedPackages(lock);
  const unhashed: [string, LockedPackage][] = [];
  for (const [folder, entry] of packages) {
    const name = folderName(folder);
    if (entry.resolved !== undefined)
      problems.push(`${folder} names where it comes from: set omit-lockfile-registry-resolved in .npmrc`);
    if (entry.link || !folder.startsWith('node_modules/')) problems.push(`${folder} is a link, not of the registry`);
    if (!EXACT.test(entry.version ?? '')) problems.push(`${folder} has no exact version, but "${entry.version}"`);
    if (entry.integrity === undefined && isOfAnotherPlatform(folder, entry, lock)) unhashed.push([folder, entry]);
    else if (!SHA512.test(entry.integrity ?? '')) problems.push(`${folder} has no SHA-512`);
    if (entry.name !== undefined && entry.name !== name && aliases[name]?.package !== entry.name)
      problems.push(`${folder} holds ${entry.name}: an alias that dev/supply-chain/allowed.json does not name`);
    if (entry.hasInstallScript && !installScripts[name])
      problems.push(`${name} runs a script when it is installed: look at it, then name it in allowed.json`);
  }
  if (/\/\/|_auth|_password/i.test(npmrc)) problems.push('.npmrc names a host or a secret: that belongs into your own');
  const scripts = new Set(
    packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([key]) => folderName(key)),
  );
  for (const name of Object.keys(installScripts))
    if (!scripts.has(name)) problems.push(`${name} has no install script any more: take it out of allowed.json`);
  return {
    summary: `${packages.length} packages, ${packages.length - unhashed.length} with SHA-512, ${scripts.size} install scripts${unhashedText(unhashed)}`,
    problems,
  };
};

const unhashedText = (unhashed: readonly [string, LockedPackage][]): string => {
  if (unhashed.length === 0) return '';
  const shipped = unhashed.filter(([, { dev }]) => !dev).map(([folder]) => folderName(folder));
  return `; no hash known of ${unhashed.length} for other platforms, ${shipped.length} of them not for development only${shipped.length > 0 ? ` (${shipped.join(', ')})` : ''}`;
};

/**
 * Added by `npm run lock:complete`, behind a registry that has packages of one platform only: no hash is to be had there.
 * Never so for Linux with glibc on x64 and arm64, where Lambda, access nodes and the gate run.
 */
const isOfAnotherPlatform = (folder: string, entry: LockedPackage, { packages }: Lockfile): boolean => {
  const { os = [], cpu = [], optional, version } = entry;
  const name = folderName(folder);
  const named = Object.values(packages).some(({ optionalDependencies }) => optionalDependencies?.[name] === version);
  const home = os.includes('linux') && (cpu.includes('x64') || cpu.includes('arm64')) && !name.includes('musl');
  return optional === true && os.length > 0 && cpu.length > 0 && named && !home;
};
