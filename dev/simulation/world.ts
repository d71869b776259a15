import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HypervisorView } from '../../core/contracts/api.ts';
import { operatorRoutes } from '../../core/contracts/api.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { allServices } from '../../local/all-services.ts';
import { type Cloud, startCloud } from '../../local/cloud.ts';
import { createDynamoDb, createDynamoDbInMemory, type TablesInMemory } from '../../local/dynamodb/service.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { createLambda, createLambdaOn } from '../../local/lambda/service.ts';
import { deployInvitation } from '../deploy-invitation.ts';
import { deploy } from '../deployment/deploy.ts';
import type { Mutation } from '../deployment/mutation.ts';
import type { Place } from '../deployment/read-serverless.ts';
import { type ExampleAccounts, exampleAccounts, SERVICE_ACCOUNT } from '../example-accounts.ts';
import { createFunctionCode, type FunctionCode } from './function-code.ts';
import { startFunctions } from './function-thread.ts';
import { openGate } from './gate.ts';
import { createPerson } from './person.ts';
import { createTrace } from './trace.ts';
import type { SimProcess } from './virtual/sim-process.ts';
import { drive } from './virtual/virtual-clock.ts';
import { reseed } from './virtual/virtual-random.ts';

export const projectDir = join(import.meta.dirname, '..', '..');
const PLACE: Place = { accountId: SERVICE_ACCOUNT, region: 'eu-central-1', stage: 'dev' };
/** Only a name: nothing listens there. */
const PORT = 4566;

/** What every run begins with: Holdfast deployed, a service hypervisor, two tenants bound to it. Made once a process. */
export interface World {
  readonly code: FunctionCode;
  readonly place: Place;
  readonly apiUrl: string;
  readonly accounts: ExampleAccounts;
  readonly service: HypervisorView;
  /** In the order of the accounts' tenants. */
  readonly tenantIds: readonly string[];
  readonly recoveryKey: string;
  readonly brokerArn: string;
  /** Virtual time at its end, ms since 1970. */
  readonly now: number;
  /** A data folder and the tables of its own for one run. */
  copy(): { readonly dataDir: string; readonly tables: TablesInMemory };
  remove(): void;
}

export interface WorldOptions {
  /** Of `custom` in serverless.yml. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly mutations?: readonly Mutation[];
  /** Two at least, and if nothing is said. */
  readonly tenants?: number;
  /** The library's Object Lock; absent: none. */
  readonly lock?: 'governance' | 'compliance';
}

export interface Outputs {
  onProcess(process: SimProcess): void;
  onOutput(process: SimProcess, text: string): void;
}

/** The local cloud without sockets and threads, on the process's (virtual) clock. */
export const startSimulatedCloud = (
  code: FunctionCode,
  dataDir: string,
  tables: TablesInMemory,
  seed: string,
  outputs: Outputs,
): Promise<Cloud> =>
  startCloud({
    dataDir,
    port: PORT,
    listen: false,
    believeSignatures: true,
    seed,
    services: allServices.map((create) =>
      create === createLambda
        ? createLambdaOn({
            startThread: startFunctions(code, outputs),
            // as AWS does, and cold starts are what a run spends most on
            idleMs: 15 * 60_000,
            logs: { write: () => undefined, close: async () => undefined },
          })
        : create === createDynamoDb
          ? createDynamoDbInMemory(tables)
          : create,
    ),
  });

/** In memory where the machine has such a file system: a run is then free of the disk. */
const parent = (): string => {
  try {
    return mkdtempSync('/dev/shm/holdfast-simulation-');
  } catch {
    return mkdtempSync(join(tmpdir(), 'holdfast-simulation-'));
  }
};

export const prepareWorld = async (options: WorldOptions = {}): Promise<World> => {
  const { mutations = [] } = options;
  reseed('world');
  const folder = parent();
  const template = join(folder, 'world');
  mkdirSync(template);
  // memory, mostly: also where a run throws
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const tables: TablesInMemory = new Map();
  const code = createFunctionCode(projectDir, mutations);
  const said: string[] = [];
  const outputs: Outputs = { onProcess: () => undefined, onOutput: ({ name }, text) => said.push(`${name}: ${text}`) };
  const cloud = await drive(startSimulatedCloud(code, template, tables, 'world', outputs));
  const trace = createTrace(Date.now());
  openGate({ cloud, trace, latency: () => 1, chaos: () => 'go' });
  const made = await drive(fill(cloud, options)).catch((error: unknown) => {
    const context = [...trace.lines().slice(-30), ...said.slice(-10)].join('\n');
    throw new Error(`the world could not be prepared: ${String(error)}\n${context}`, { cause: error });
  });
  await drive(cloud.stop());
  openGate(undefined);
  let copies = 0;
  return {
    ...made,
    code,
    place: PLACE,
    now: Date.now(),
    copy() {
      const dataDir = join(folder, `run-${copies++}`);
      cpSync(template, dataDir, { recursive: true });
      return { dataDir, tables: new Map(tables) };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

const fill = async (cloud: Cloud, { overrides = {}, mutations = [], tenants: tenantCount, lock }: WorldOptions) => {
  cloud.admin.createAccount(SERVICE_ACCOUNT, 'service account');
  const settings = { nodeImage: SEED_IMAGES.linuxArm, ...overrides };
  const codeOf = (handler: string) => {
    const [file = '', handlerExport = ''] = handler.split('.');
    return { codePath: join(projectDir, `${file}.ts`), handlerExport };
  };
  const { apiUrl, deployment } = await deploy(cloud, PLACE, projectDir, settings, mutations, codeOf);
  const accounts = exampleAccounts(cloud, tenantCount);
  const operator = createPerson('operator', accounts.operator, { apiUrl, endpoint: cloud.endpoint, ...PLACE });
  const key = createRecoveryKeyPair((count) => randomBytes(count));
  const service = await operator.api.call(operatorRoutes.addHypervisor, {
    body: {
      kind: 'service',
      name: 'service',
      accountId: SERVICE_ACCOUNT,
      region: PLACE.region,
      auth: { method: 'iam-role' },
      accessNodes: 'manual',
      recoveryPublicKey: key.publicKey,
      ...(lock === undefined ? {} : { lock }),
    },
  });
  const tenantIds: string[] = [];
  for (const { name, accountId } of accounts.tenants) {
    const invited = await operator.api.call(operatorRoutes.inviteTenant, {
      body: { accountId, name, region: PLACE.region },
    });
    const roleArn = await deployInvitation(cloud, invited);
    const tenant = await operator.api.call(operatorRoutes.addHypervisor, {
      body: { kind: 'tenant', name, accountId, region: PLACE.region, auth: { method: 'assume-role', roleArn } },
    });
    await operator.api.call(operatorRoutes.bindHypervisor, {
      params: { hypervisorId: tenant.hypervisorId },
      body: { serviceHypervisorId: service.hypervisorId },
    });
    tenantIds.push(tenant.hypervisorId);
  }
  const { accountId, region } = PLACE;
  return {
    apiUrl,
    accounts,
    service,
    tenantIds,
    recoveryKey: key.privateKey,
    brokerArn: `arn:aws:lambda:${region}:${accountId}:function:${deployment.custom.name}-broker`,
  };
};
