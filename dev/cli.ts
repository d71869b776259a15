import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Credentials } from './example-accounts.ts';
import type { LocalHoldfast } from './local-holdfast.ts';

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Further variables of the command, by name. */
type Variables = Readonly<Record<string, string>>;

const spawnCli = (
  local: LocalHoldfast,
  user: Credentials,
  args: readonly string[],
  stdio: 'inherit' | 'pipe',
  variables: Variables = {},
) =>
  spawn(process.execPath, [join(local.projectDir, 'cli/holdfast.ts'), ...args], {
    stdio: stdio === 'inherit' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: user.accessKeyId,
      AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
      AWS_REGION: local.place.region,
      HOLDFAST_API_URL: local.apiUrl,
      ...variables,
    },
  });

/** Runs the real command as a user would, and answers what it said. */
export const runCli = async (
  local: LocalHoldfast,
  user: Credentials,
  args: readonly string[],
  variables: Variables = {},
): Promise<CliResult> => {
  const child = spawnCli(local, user, args, 'pipe', variables);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (part) => {
    stdout += part;
  });
  child.stderr?.on('data', (part) => {
    stderr += part;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode: exitCode ?? 1, stdout, stderr };
};

/** Its `--json` answer. Throws with what the command said if it did not succeed. */
export const askCli = async (
  local: LocalHoldfast,
  user: Credentials,
  args: readonly string[],
): Promise<Record<string, unknown>> => {
  const { exitCode, stdout, stderr } = await runCli(local, user, [...args, '--json']);
  if (exitCode !== 0) throw new Error(`holdfast ${args.join(' ')}\nended with ${exitCode}:\n${stderr}${stdout}`);
  return JSON.parse(stdout) as Record<string, unknown>;
};

/** Runs the command on this terminal; answers its exit code. */
export const showCli = async (local: LocalHoldfast, user: Credentials, args: readonly string[]): Promise<number> => {
  const [exitCode] = (await once(spawnCli(local, user, args, 'inherit'), 'close')) as [number | null];
  return exitCode ?? 1;
};
