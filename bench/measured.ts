import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Of a whole process tree: `getrusage` of all that were waited for. */
export interface Cost {
  readonly wallSeconds: number;
  /** User and system; the kernel counts in 10 ms. */
  readonly cpuSeconds: number;
  /** Of the process in the tree that needed most. */
  readonly peakMiB: number;
}

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

const environment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({ ...process.env, ...more });

const running = new Set<ChildProcess>();

/** Ends what is being measured, with all that it has started: for a bench that is stopped. */
export const endMeasured = (): void => {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
};

/** Runs it, its output to nowhere, and measures it with GNU time. Throws CommandFailed with what it said. */
export const measured = async ({ argv, env, cwd }: Command): Promise<Cost> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const [figures, said] = [join(folder, 'time'), join(folder, 'stderr')];
    const startedAt = performance.now();
    const child = spawn('/usr/bin/time', ['-q', '-f', '%U %S %M', '-o', figures, ...argv], {
      env: environment(env),
      ...(cwd !== undefined && { cwd }),
      stdio: ['ignore', openSync('/dev/null', 'w'), openSync(said, 'w')],
      // a group of its own, to be ended as one
      detached: true,
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
    const wallSeconds = (performance.now() - startedAt) / 1_000;
    if (code !== 0)
      throw new CommandFailed(`${argv.join(' ')} ended with ${code}: ${readFileSync(said, 'utf8').slice(-2_000)}`);
    const [user = 0, system = 0, kib = 0] = readFileSync(figures, 'utf8').trim().split(' ').map(Number);
    return { wallSeconds, cpuSeconds: user + system, peakMiB: kib / 1_024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Runs it and answers what it wrote to stdout. Throws CommandFailed. */
export const said = async ({ argv, env, cwd }: Command): Promise<string> => {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    env: environment(env),
    ...(cwd !== undefined && { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new CommandFailed(`${argv.join(' ')} ended with ${code}: ${err.slice(-2_000)}`);
  return out.trim();
};
