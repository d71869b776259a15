import { execFile } from 'node:child_process';

/** How npm ended: `failure` where it did not end by itself with 0. */
export interface NpmAnswer {
  readonly stdout: string;
  readonly failure?: string;
}

/** npm, as it runs this (npm run tells where it is), else the one on the path. `timeout` in milliseconds. */
export const runNpm = (
  args: readonly string[],
  cwd: string,
  { timeout, env = {} }: { readonly timeout: number; readonly env?: NodeJS.ProcessEnv },
): Promise<NpmAnswer> => {
  const cli = process.env.npm_execpath;
  const [command, ...before] = cli?.endsWith('.js') ? [process.execPath, cli] : ['npm'];
  return new Promise((resolve) => {
    // The whole tree as CycloneDX is 1 MB.
    const options = { cwd, env: { ...process.env, ...env }, timeout, maxBuffer: 64 << 20 };
    execFile(command, [...before, ...args], options, (error, stdout, stderr) =>
      resolve({ stdout, ...(error ? { failure: stderr.trim() || error.message } : {}) }),
    );
  });
};
