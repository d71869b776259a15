/** The programs that are measured beside: found, installed by name where they are missing, or reported as missing. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Peer {
  readonly name: string;
  /** How it is called; undefined where it could not be had, with the reason. */
  readonly path: string | undefined;
  readonly version: string;
}

/** What is built from source stays here for the next time. */
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'holdfast-bench');
const KOPIA = 'github.com/kopia/kopia';
const KOPIA_VERSION = 'v0.22.3';
/** Its own: without one Go loads what every dependency's dependencies depend on. */
const KOPIA_GO = '1.25';
const COLDSNAP_VERSION = '0.12.0';
const COLDSNAP = join(CACHE, `coldsnap-${COLDSNAP_VERSION}/bin/coldsnap`);
/** coldsnap's takes that long on two processors, and 8 GiB of memory. */
const BUILD_MS = 1_800_000;

const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): string =>
  execFileSync(program, args, {
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
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

const fromDebian = (...names: readonly string[]): void => {
  if (process.getuid?.() !== 0) throw new Error('only root can install it by apt-get');
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { DEBIAN_FRONTEND: 'noninteractive' });
};

/** Not `go install`: for that Go asks the module proxy which versions there are, and not every proxy tells. */
const buildKopia = (program: string): void => {
  const module = join(CACHE, 'kopia');
  mkdirSync(module, { recursive: true });
  writeFileSync(join(module, 'go.mod'), `module bench\n\ngo ${KOPIA_GO}\n\nrequire ${KOPIA} ${KOPIA_VERSION}\n`);
  const version = `-X github.com/kopia/kopia/repo.BuildVersion=${KOPIA_VERSION.slice(1)}`;
  run('go', ['build', '-mod=mod', '-trimpath', '-ldflags', `-s -w ${version}`, '-o', program, KOPIA], {}, module);
};

const PIPELINE_SOURCE = join(import.meta.dirname, 'c/pipeline.c');
/** As the libraries that Node brings along are compiled: for any processor, choosing by itself what this one can. */
export const compilePipeline = (program: string): void =>
  void run('cc', ['-std=c11', '-O3', '-pthread', PIPELINE_SOURCE, '-o', program, '-lzstd', '-lcrypto']);

const buildPipeline = (program: string): void => {
  mkdirSync(join(CACHE, 'bin'), { recursive: true });
  try {
    compilePipeline(program);
  } catch {
    fromDebian('gcc', 'libc6-dev', 'libzstd-dev', 'libssl-dev');
    compilePipeline(program);
  }
};

/** Another source is another program. */
const PIPELINE = join(
  CACHE,
  `bin/pipeline-${createHash('sha256').update(readFileSync(PIPELINE_SOURCE)).digest('hex').slice(0, 12)}`,
);

interface Recipe {
  readonly program: string;
  /** What tells it, or what it is. */
  readonly version: readonly string[] | string;
  readonly install: () => void;
  /** Where the recipe leaves it, if not on the path. */
  readonly built?: string;
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  restic: { program: 'restic', version: ['version'], install: () => fromDebian('restic') },
  borg: { program: 'borg', version: ['--version'], install: () => fromDebian('borgbackup') },
  time: { program: 'time', version: ['--version'], install: () => fromDebian('time'), built: '/usr/bin/time' },
  coldsnap: {
    program: COLDSNAP,
    // it cannot say which it is: the folder does
    version: `coldsnap ${COLDSNAP_VERSION}`,
    install: () =>
      void run('cargo', ['install', `coldsnap@${COLDSNAP_VERSION}`, '--locked', '--root', dirname(dirname(COLDSNAP))]),
    built: COLDSNAP,
  },
  kopia: {
    program: 'kopia',
    version: ['--version'],
    install: () => buildKopia(join(CACHE, 'bin/kopia')),
    built: join(CACHE, 'bin/kopia'),
  },
  'C pipeline': {
    program: PIPELINE,
    version: ['--version'],
    install: () => buildPipeline(PIPELINE),
    built: PIPELINE,
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
  if (typeof version === 'string') return { name, path, version };
  const [first = ''] = run(path, version).split('\n');
  return { name, path, version: first.trim() };
};
