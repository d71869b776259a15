import { spawnSync } from 'node:child_process';

/** npm, as it runs this (npm run tells where it is), else the one on the path. Not found or too late: `error` says so. */
export const runNpm = (
  args: readonly string[],
  cwd: string,
  { timeout, env }: { readonly timeout: number; readonly env?: NodeJS.ProcessEnv },
): { readonly stdout: string; readonly stderr: string; readonly status: number | null; readonly error?: Error } => {
  const cli = process.env.npm_execpath;
  const [command, before] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  return spawnSync(command, [...before, ...args], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout,
    // The whole tree as CycloneDX is 1 MB.
    maxBuffer: 64 << 20,
    shell: process.platform === 'win32' && command === 'npm',
  });
};
