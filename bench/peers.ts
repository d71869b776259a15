/** The programs that are measured beside: found, installed by name where they are missing, or reported as missing. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Peer {
  readonly name: string;
  /** How it is called; undefined where it could not be had, with the reason. */
  readonly path: string | undefined;
  readonly version: string;
}

/** What is built from source stays here for the next time. */
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'holdfast-bench');
const KOPIA = 'github.com/kopia/kopia@v0.22.3';
const BUILD_MS = 1_800_000;

const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string =>
  execFileSync(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: BUILD_MS,
  }).toString();

const onPath = (program: string): string | undefined => {
  try {
    return run('/bin/sh', ['-c', `command -v ${program}`]).trim();
  } catch {
    return undefined;
  }
};

const fromDebian = (name: string): void => {
  if (process.getuid?.() !== 0) throw new Error('only root can install it by apt-get');
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { DEBIAN_FRONTEND: 'noninteractive' });
};

interface Recipe {
  readonly program: string;
  readonly version: readonly string[];
  readonly install: () => void;
  /** Where the recipe leaves it, if not on the path. */
  readonly built?: string;
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  restic: { program: 'restic', version: ['version'], install: () => fromDebian('restic') },
  borg: { program: 'borg', version: ['--version'], install: () => fromDebian('borgbackup') },
  time: { program: 'time', version: ['--version'], install: () => fromDebian('time'), built: '/usr/bin/time' },
  coldsnap: {
    program: 'coldsnap',
    version: ['--version'],
    install: () => void run('cargo', ['install', 'coldsnap', '--root', CACHE]),
    built: join(CACHE, 'bin/coldsnap'),
  },
  kopia: {
    program: 'kopia',
    version: ['--version'],
    install: () => void run('go', ['install', KOPIA], { GOBIN: join(CACHE, 'bin') }),
    built: join(CACHE, 'bin/kopia'),
  },
};

/** Never throws: a peer that cannot be had is part of the answer. */
export const findPeer = (name: keyof typeof RECIPES & string, mayInstall: boolean): Peer => {
  const { program, version, install, built } = RECIPES[name] as Recipe;
  const find = (): string | undefined => (built && existsSync(built) ? built : onPath(program));
  let why = 'not installed';
  if (!find() && mayInstall) {
    try {
      install();
    } catch (error) {
      why = `not installed: ${(error as Error).message.split('\n')[0]}`;
    }
  }
  const path = find();
  if (!path) return { name, path, version: why };
  const [first = ''] = run(path, version).split('\n');
  return { name, path, version: first.trim() };
};
