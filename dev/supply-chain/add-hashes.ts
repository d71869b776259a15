import { identity, type Lockfile, lockedPackages } from './lockfile.ts';
import { runNpm } from './run-npm.ts';

/**
 * Asks the registry for the SHA-512 of each locked package that has none (those that `npm run lock:complete` has added, behind
 * a registry without them). One that the registry does not have stays as it is, and is named. A hash that is there is
 * never changed: `npm ci` holds the registry against it.
 */
export const addHashes = async (
  lock: Lockfile,
  projectDir: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly lock: Lockfile; readonly added: string[]; readonly unknown: string[] }> => {
  const added: string[] = [];
  const unknown: string[] = [];
  const packages = { ...lock.packages };
  for (const [folder, entry] of lockedPackages(lock)) {
    if (entry.integrity !== undefined) continue;
    const ref = identity(folder, entry);
    const integrity = await integrityOf(ref, projectDir, env);
    (integrity ? added : unknown).push(ref);
    if (integrity) packages[folder] = { ...entry, integrity };
  }
  return { lock: { ...lock, packages }, added, unknown };
};

const integrityOf = async (ref: string, projectDir: string, env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  const { stdout, failure } = await runNpm(['view', ref, 'dist.integrity', '--json'], projectDir, {
    timeout: 60_000,
    env,
  });
  if (failure !== undefined || stdout.trim() === '') return undefined;
  const answer: unknown = JSON.parse(stdout);
  return typeof answer === 'string' && answer.startsWith('sha512-') ? answer : undefined;
};
