import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/verify');

/** A folder that outlives runs and goes with node_modules. */
export const cacheFolder = (name: string): string => {
  const folder = join(CACHE, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};

const run = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;

const isRoot = (): boolean => process.getuid?.() === 0;

const makeEnvironment = (folder: string): void => {
  if (run('python3', ['-m', 'venv', folder])) return;
  console.log('Python makes no environments here: installing python3-venv …');
  const installed =
    isRoot() && run('apt-get', ['update', '-qq']) && run('apt-get', ['install', '-y', '-qq', 'python3-venv']);
  rmSync(folder, { recursive: true, force: true });
  if (installed && run('python3', ['-m', 'venv', folder])) return;
  throw new Error(
    'Python environments are needed: install Python 3 and its venv (on Debian: apt-get install python3-venv).',
  );
};

/**
 * The folder of the programs of these packages (`name==version`) from PyPI, in an environment of their own; made at the
 * first call. Errors: what is missing on this machine, in words.
 */
export const pythonPrograms = (name: string, packages: readonly string[]): string => {
  const folder = join(cacheFolder('python'), name);
  const programs = join(folder, 'bin');
  const done = join(folder, 'installed');
  if (existsSync(done)) return programs;
  rmSync(folder, { recursive: true, force: true });
  console.log(`Installing ${packages.join(', ')} from PyPI …`);
  makeEnvironment(folder);
  if (!run(join(programs, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages]))
    throw new Error(`pip could not install ${packages.join(', ')}: see above.`);
  writeFileSync(done, packages.join('\n'));
  return programs;
};
