import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lockfile, lockedPackages } from './lockfile.ts';

/** What builds the console's page, and is not in it. */
const BUILD = [
  'console/vite.config.ts',
  'console/graph/state-machines-plugin.ts',
  'console/preload-plugin.ts',
  'console/dist/**',
];

/** Packages that the console's page imports, as its sources name them. */
export const importedByPage = (projectDir: string): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const file of globSync('console/**/*.{ts,tsx}', { cwd: projectDir, exclude: BUILD }))
    for (const [, name = ''] of readFileSync(join(projectDir, file), 'utf8').matchAll(
      /(?:^(?:import|export)\b[^'"=;]*\bfrom\s*|^import\s*|\bimport\()['"]((?:@[\w.-]+\/)?[\w-][\w.-]*)/gm,
    ))
      names.add(name);
  return names;
};

/** As Node finds it: in the folder itself, or in one above. */
const folderOf = (name: string, from: string, { packages }: Lockfile): string | undefined => {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const folder = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[folder]) return folder;
    if (at === '') return undefined;
  }
};

/**
 * The page ships what it imports, and what that imports, though the packages are development dependencies: nothing at run
 * time looks for them. Here they are none any more, so that they are held to what is asked of production. Errors: Error
 * (the page imports what is not locked).
 */
export const asShipped = (lock: Lockfile, imported: Iterable<string>): Lockfile => {
  const shipped = new Set<string>();
  const add = (name: string, from: string): boolean => {
    const folder = folderOf(name, from, lock);
    if (folder === undefined) return false;
    if (shipped.has(folder)) return true;
    shipped.add(folder);
    const { dependencies, peerDependencies } = lock.packages[folder] ?? {};
    for (const next of Object.keys({ ...dependencies, ...peerDependencies })) add(next, folder);
    return true;
  };
  for (const name of imported)
    if (!add(name, '')) throw new Error(`the console imports ${name}, which package-lock.json does not have`);
  return {
    ...lock,
    packages: {
      ...lock.packages,
      ...Object.fromEntries(
        lockedPackages(lock)
          .filter(([folder]) => shipped.has(folder))
          .map(([folder, { dev: _, ...entry }]) => [folder, entry]),
      ),
    },
  };
};
