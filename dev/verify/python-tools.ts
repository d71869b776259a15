import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/python');

const run = (command: string, args: readonly string[]): SpawnSyncReturns<string> => {
  const done = spawnSync(command, args, { encoding: 'utf8' });
  if (done.error) throw new Error(`${command} cannot be run: ${done.error.message}`, { cause: done.error });
  return done;
};

const must = (command: string, args: readonly string[], remedy: string): void => {
  const { status, stdout, stderr } = run(command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed. ${remedy}\n${stdout}${stderr}`);
};

/**
 * The folder with the programs of a virtual environment that has exactly what `requirements` (a file) names, made unless
 * it was made before. Errors: there is no Python 3 with venv, or pip cannot fetch it.
 */
export const pythonTools = (requirements: string): string => {
  const python = process.env.HOLDFAST_PYTHON ?? 'python3';
  const { stdout: version } = run(python, ['--version']);
  const text = readFileSync(requirements, 'utf8');
  const environment = join(CACHE, createHash('sha256').update(version).update(text).digest('hex').slice(0, 16));
  const bin = join(environment, 'bin');
  const complete = join(environment, 'complete');
  if (existsSync(complete)) return bin;
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  must(python, ['-m', 'venv', environment], 'On Debian: apt-get install python3-venv');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:'];
  must(join(bin, 'python'), [...pip, '--requirement', requirements], 'PyPI is needed the first time.');
  writeFileSync(complete, version);
  return bin;
};
