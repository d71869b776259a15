import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ACME } from '../api/world.ts';
import { type ApiServer, credentialsOf } from './api-server.ts';

const PROGRAM = fileURLToPath(new URL('../../cli/holdfast.ts', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a user would, with nothing of this process' environment but what is named. */
export const runCli = (
  args: readonly string[],
  { env = {}, input = '' }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<CliResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      // no profile, no instance metadata: the chain must end quickly where there are no credentials
      env: {
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: '/nowhere',
        AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
        ...env,
      },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });

/** As somebody of an account, against a server. */
export const cliAgainst =
  (api: ApiServer, account = ACME) =>
  (args: readonly string[], more: { env?: Record<string, string>; input?: string } = {}): Promise<CliResult> =>
    runCli(args, {
      ...more,
      env: { HOLDFAST_API_URL: api.url, AWS_REGION: 'eu-central-1', ...credentialsOf(account), ...more.env },
    });
