/** A machine in a folder: what install.sh finds on one, with a service manager that does what a unit of systemd says. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { NodeHealth } from '../../access-node/health/judge-health.ts';

/** Starts what ExecStart says with the environment that the unit says; stops it with SIGTERM and waits. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>"$MACHINE/systemctl.log"
unit=$MACHINE/units/holdfast-node.service
pid() { cat "$MACHINE/pid" 2>/dev/null || echo 0; }
alive() { [ "$(pid)" != 0 ] && kill -0 "$(pid)" 2>/dev/null; }
stop() { alive || return 0; kill -TERM "$(pid)"; while alive; do sleep 0.1; done; }
case $1 in
  show | daemon-reload | enable) ;;
  is-active) alive ;;
  disable | stop) stop ;;
  start)
    mkdir -p "$MACHINE/run"
    sed -n 's/^Environment=//p' "$unit" | sed "s|%t|$MACHINE/run|" >"$MACHINE/environment"
    cat "$(sed -n 's/^EnvironmentFile=//p' "$unit")" >>"$MACHINE/environment"
    env -i PATH=/usr/bin:/bin $(cat "$MACHINE/environment") $(sed -n 's/^ExecStart=//p' "$unit") >>"$MACHINE/journal" 2>&1 </dev/null &
    echo $! >"$MACHINE/pid"
    ;;
  *) echo "systemctl $1 is not known here" >&2; exit 1 ;;
esac
`;

export interface Ran {
  readonly code: number;
  readonly output: string;
}

export const startMachine = (settings: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-machine-'));
  const at = (...names: string[]): string => join(folder, ...names);
  mkdirSync(at('bin'));
  writeFileSync(at('bin', 'systemctl'), SYSTEMCTL, { mode: 0o755 });
  const writeSettings = (changed: Readonly<Record<string, string>> = {}): void =>
    writeFileSync(
      at('node.env'),
      Object.entries({ ...settings, ...changed })
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
  writeSettings();
  const PATH = `${at('bin')}${delimiter}/usr/bin${delimiter}/bin`;

  const run = (program: string, argv: readonly string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const env = { PATH, MACHINE: folder, HOLDFAST_STATE_FOLDER: at('run', 'holdfast-node') };
      execFile(program, argv, { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, output: `${stdout}${stderr}` }),
      );
    });
  const node = (...argv: string[]): Promise<Ran> => run(at('opt', 'current', 'bin', 'holdfast-node'), argv);

  return {
    folder,
    at,
    writeSettings,
    /** Of the package in that folder. */
    install: (from: string, ...options: string[]) =>
      run(join(from, 'install.sh'), [
        ...['--prefix', at('opt'), '--settings', at('node.env'), '--units', at('units')],
        ...['--node', process.execPath, ...options],
      ]),
    systemctl: (...argv: string[]) => run(at('bin', 'systemctl'), argv),
    /** The installed command. */
    node,
    async health() {
      const { output } = await node('health', '--json');
      return NodeHealth.parse(JSON.parse(output));
    },
    journal: () => readFileSync(at('journal'), 'utf8'),
    stop() {
      try {
        process.kill(Number(readFileSync(at('pid'), 'utf8')), 'SIGKILL');
      } catch {
        // has ended
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Another version of that package, with changes to its files. */
export const changedPackage = (
  from: string,
  to: string,
  version: string,
  files: Readonly<Record<string, string>> = {},
): string => {
  execFileSync('cp', ['-R', from, to]);
  const was = readFileSync(join(from, 'VERSION'), 'utf8').trim();
  for (const file of execFileSync('grep', ['-rlF', `"${was}"`, join(to, 'lib'), '--include=*.mjs'], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n'))
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`"${was}"`, `"${version}"`));
  writeFileSync(join(to, 'VERSION'), `${version}\n`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(to, name), text);
  chmodSync(join(to, 'install.sh'), 0o755);
  return to;
};
