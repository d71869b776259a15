import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import satisfies from 'spdx-satisfies';
import { folderName, identity, type Lockfile, lockedPackages, type Verdict } from './lockfile.ts';

export interface LicenceRules {
  /** SPDX identifiers; `development` is in addition to `production`. */
  readonly licences: { readonly production: readonly string[]; readonly development: readonly string[] };
  /** What may have any licence, because one program of ours runs it, alone, and no other knows it. */
  readonly ownProcess: { readonly packages: readonly string[]; readonly program: string };
}

/** Asks of each locked package, those of other platforms too, whether its declared licence is one that we may use. */
export const checkLicences = (lock: Lockfile, { licences, ownProcess }: LicenceRules, projectDir: string): Verdict => {
  const problems: string[] = [];
  const counts = new Map<string, number>();
  let production = 0;
  let development = 0;
  for (const [folder, entry] of lockedPackages(lock)) {
    const license = entry.license ?? 'none declared';
    if (entry.dev) development++;
    else {
      production++;
      counts.set(license, (counts.get(license) ?? 0) + 1);
    }
    if (entry.dev && ownProcess.packages.includes(entry.name ?? folderName(folder))) continue;
    const allowed = entry.dev ? [...licences.production, ...licences.development] : licences.production;
    if (!isAllowed(license, allowed))
      problems.push(
        `${identity(folder, entry)} (${entry.dev ? 'development' : 'production'}): ${license} is not an allowed licence`,
      );
  }
  problems.push(...importersOf(ownProcess, projectDir));
  const most = [...counts].sort(([, a], [, b]) => b - a).map(([license, count]) => `${license} ${count}`);
  return { summary: `production ${production}: ${most.join(', ')}; development ${development}`, problems };
};

/** What is no SPDX expression (`SEE LICENSE IN …`, `UNLICENSED`, nothing) is not allowed. */
const isAllowed = (license: string, allowed: readonly string[]): boolean => {
  try {
    return satisfies(license, allowed);
  } catch {
    return false;
  }
};

/** Files, other than the one program, that import what must stay in a process of its own, or import that program. */
const importersOf = ({ packages, program }: LicenceRules['ownProcess'], projectDir: string): string[] => {
  const of = (specifier: string) =>
    packages.some((name) => specifier === name || specifier.startsWith(`${name}/`)) ||
    specifier.endsWith(program.slice(program.lastIndexOf('/')));
  return globSync('**/*.{ts,mts,js,mjs,cjs}', {
    cwd: projectDir,
    exclude: ['node_modules', '.git', '.local', '.serverless'],
  })
    .filter((file) => file !== program && specifiers(readFileSync(join(projectDir, file), 'utf8')).some(of))
    .map((file) => `${file} imports what only ${program}, in a process of its own, may import: its licence`);
};

const specifiers = (source: string): string[] =>
  [...source.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*['"]([^'"]+)['"]/g)].map(
    ([, specifier]) => specifier ?? '',
  );
