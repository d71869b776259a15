import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EC2Client } from '@aws-sdk/client-ec2';
import { type ApiClient, createApiClient } from '../../cli/api-client.ts';
import { CliError } from '../../cli/cli-error.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import type { Credentials } from '../example-accounts.ts';
import { runAs, type SimProcess } from './virtual/sim-process.ts';

/** Somebody who uses Holdfast by its REST API, and EC2 as it is. Their calls go through the gate like all others. */
export interface Person {
  readonly name: string;
  readonly user: Credentials;
  readonly api: ApiClient;
  readonly ec2: EC2Client;
  /** A request that is sent again, under one idempotency key, as long as no answer or one of 5xx comes. */
  readonly insist: ApiClient['call'];
}

const PATIENCE = 60;
const PAUSE_MS = 10_000;

const mayPass = (error: unknown): boolean =>
  error instanceof CliError && (error.exitCode === EXIT.unreachable || (error.problem?.status ?? 0) >= 500);

export interface PersonPlace {
  readonly apiUrl: string;
  readonly endpoint: string;
  readonly region: string;
}

export const createPerson = (
  name: string,
  user: Credentials & { readonly sessionToken?: string },
  { apiUrl, endpoint, region }: PersonPlace,
): Person => {
  const self: SimProcess = {
    name,
    kind: 'person',
    environment: { AWS_EC2_METADATA_DISABLED: 'true' },
    dead: false,
    calls: 0,
    write: () => undefined,
    die: () => undefined,
  };
  const options = { url: new URL(apiUrl), region, credentials: async () => user };
  const api = createApiClient(options);
  const ec2 = new EC2Client({ endpoint, region, credentials: user });
  const send = ec2.send.bind(ec2) as (...args: unknown[]) => unknown;
  ec2.send = ((...args: unknown[]) => runAs(self, () => send(...args))) as typeof ec2.send;
  const call: ApiClient['call'] = (route, input) => runAs(self, () => api.call(route, input));
  const insist: ApiClient['call'] = async (route, input) => {
    const once = createApiClient({ ...options, idempotencyKey: randomUUID() });
    for (let tries = 1; ; tries++) {
      try {
        return await runAs(self, () => once.call(route, input));
      } catch (error) {
        if (!mayPass(error) || tries === PATIENCE) throw error;
        await sleep(PAUSE_MS);
      }
    }
  };
  return { name, user, api: { ...api, call }, ec2, insist };
};
