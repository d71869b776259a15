import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './python-tools.ts';

export const COLDSNAP_VERSION = '0.12.0';

const succeeds = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;

/** rustup puts its cargo there, and not on everybody's path. */
const findCargo = (): string | undefined =>
  ['cargo', join(homedir(), '.cargo/bin/cargo')].find(
    (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
  );

/**
 * The coldsnap program of this version, built from crates.io at the first call (minutes). Errors: what is missing on
 * this machine, in words.
 */
export const coldsnapProgram = (): string => {
  const root = join(cacheFolder('coldsnap'), COLDSNAP_VERSION);
  const program = join(root, 'bin/coldsnap');
  if (existsSync(program)) return program;
  const cargo = findCargo();
  if (cargo === undefined)
    throw new Error(
      'coldsnap is built by cargo: install Rust 1.94 or newer (Debian 12: cargo-web and rustc-web, or https://rustup.rs).',
    );
  console.log(`Building coldsnap ${COLDSNAP_VERSION} from crates.io: that takes minutes …`);
  // Not optimised: its speed is not what is looked at, and EC2's SDK alone would take half an hour.
  const what = ['coldsnap', '--version', COLDSNAP_VERSION, '--locked', '--debug'];
  if (succeeds(cargo, ['install', '--quiet', ...what, '--root', root])) return program;
  throw new Error(
    `cargo could not build coldsnap ${COLDSNAP_VERSION}: see above. It needs a C compiler (build-essential) and a recent Rust.`,
  );
};
