import assert from 'node:assert/strict';
import { type ApiClient, createApiClient } from '../../cli/api-client.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { type CliResult, runCli } from '../cli.ts';
import type { Credentials } from '../example-accounts.ts';
import type { LocalHoldfast } from '../local-holdfast.ts';

/** How the API refused, as `holdfast --json` passes it on. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly remedy?: string;
  readonly field?: string;
}

/** Somebody who uses Holdfast: with the `holdfast` command, and with the REST API, each with the person's own AWS credentials. */
export interface Person {
  readonly user: Credentials;
  readonly api: ApiClient;
  /** What the command says, as a person reads it; whatever it ends with. */
  run(args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<CliResult>;
  /** Its `--json` answer. Throws with what it said if it did not succeed. */
  ask<T>(args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<T>;
  /** The refusal of a command that the API has to refuse. */
  refused(args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<Refusal>;
}

export const createPerson = (local: LocalHoldfast, user: Credentials): Person => {
  const json = (args: readonly string[], variables?: Readonly<Record<string, string>>) =>
    runCli(local, user, [...args, '--json'], variables);
  const said = (args: readonly string[], { exitCode, stdout, stderr }: CliResult): string =>
    `holdfast ${args.join(' ')}\nended with ${exitCode}:\n${stderr}${stdout}`;
  return {
    user,
    api: createApiClient({ url: new URL(local.apiUrl), region: local.place.region, credentials: async () => user }),
    run: (args, variables) => runCli(local, user, args, variables),
    async ask<T>(args: readonly string[], variables?: Readonly<Record<string, string>>) {
      const result = await json(args, variables);
      assert.equal(result.exitCode, EXIT.ok, said(args, result));
      return JSON.parse(result.stdout) as T;
    },
    async refused(args, variables) {
      const result = await json(args, variables);
      assert.equal(result.exitCode, EXIT.refused, `it is to be refused: ${said(args, result)}`);
      return JSON.parse(result.stderr) as Refusal;
    },
  };
};
