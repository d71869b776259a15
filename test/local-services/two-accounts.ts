import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cloud, startCloud } from '../../local/cloud.ts';
import type { Clock } from '../../local/kernel/clock.ts';
import type { Principal, ServiceFactory } from '../../local/kernel/service.ts';

export const REGION = 'eu-west-1';
export const ACME = '111111111111';
export const GLOBEX = '222222222222';

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface TwoAccounts {
  readonly dataDir: string;
  cloud: Cloud;
  /** Of each account's root. */
  readonly acme: Key;
  readonly globex: Key;
  /** What every SDK client here is made with. */
  config(credentials: Key): ReturnType<typeof clientConfig>;
  root(accountId: string): Principal;
  /** Stops the cloud and starts it again over the same data folder. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const clientConfig = (endpoint: string, credentials: Key) => ({
  endpoint,
  region: REGION,
  credentials,
  maxAttempts: 1,
});

/** A cloud with two accounts, so that what leaks from one to the other shows. */
export const startTwoAccounts = async (services: readonly ServiceFactory[], clock?: Clock): Promise<TwoAccounts> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'local-services-'));
  const start = () => startCloud({ dataDir, services, ...(clock && { clock }) });
  let cloud = await start();
  cloud.admin.createAccount(ACME, 'acme');
  cloud.admin.createAccount(GLOBEX, 'globex');
  const acme = cloud.admin.rootAccessKey(ACME);
  const globex = cloud.admin.rootAccessKey(GLOBEX);
  return {
    dataDir,
    acme,
    globex,
    get cloud() {
      return cloud;
    },
    config: (credentials) => clientConfig(cloud.endpoint, credentials),
    root: (accountId) => cloud.admin.rootPrincipal(accountId),
    async restart() {
      await cloud.stop();
      cloud = await start();
    },
    async close() {
      await cloud.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

/** The name of the error that `promise` rejects with; fails if it does not. */
export const errorName = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => {
      throw new Error('expected an error, got a result');
    },
    (error: Error) => error.name,
  );
