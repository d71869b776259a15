import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/verify');

/** A folder that outlives runs and goes with node_modules. */
export const cacheFolder = (name: string): string => {
  const folder = join(CACHE, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};

const run = (command: string, args: readonly string[]): SpawnSyncReturns<string> => {
  const done = spawnSync(command, args, { encoding: 'utf8' });
  if (done.error) throw new Error(`${command} cannot be run: ${done.error.message}`, { cause: done.error });
  return done;
};

const must = (command: string, args: readonly string[], remedy: string): void => {
  const { status, stdout, stderr } = run(command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed. ${remedy}\n${stdout}${stderr}`);
};

const isRoot = (): boolean => process.getuid?.() === 0;

const makeEnvironment = (python: string, folder: string): void => {
  if (run(python, ['-m', 'venv', folder]).status === 0) return;
  if (isRoot() && existsSync('/usr/bin/apt-get')) {
    console.log('Python makes no environments here: installing python3-venv …');
    must('apt-get', ['update', '-qq'], 'python3-venv is wanted.');
    must('apt-get', ['install', '-y', '-qq', 'python3-venv'], 'python3-venv is wanted.');
    rmSync(folder, { recursive: true, force: true });
  }
  must(python, ['-m', 'venv', folder], 'On Debian: apt-get install python3-venv');
};

/**
 * The folder with the programs of a virtual environment that has just these packages from PyPI (lines as in a
 * requirements file, each at one version), made unless it was made before. Errors: there is no Python 3 with venv, or pip
 * cannot fetch them.
 */
export const pythonPrograms = (requirements: readonly string[]): string => {
  const python = process.env.HOLDFAST_PYTHON ?? 'python3';
  const { stdout: version } = run(python, ['--version']);
  const text = requirements.join('\n');
  const key = createHash('sha256').update(version).update(text).digest('hex').slice(0, 16);
  const environment = join(cacheFolder('python'), key);
  const bin = join(environment, 'bin');
  const complete = join(environment, 'complete');
  if (existsSync(complete)) return bin;
  rmSync(environment, { recursive: true, force: true });
  makeEnvironment(python, environment);
  const list = join(environment, 'requirements.txt');
  writeFileSync(list, text);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  must(join(bin, 'python'), [...pip, '--requirement', list], 'PyPI is needed the first time.');
  writeFileSync(complete, version);
  return bin;
};
