import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { nodeEnvironment, serviceAccountNames } from '../core/domain/automatic-nodes.ts';
import { brokerNameFor } from '../core/domain/broker-name.ts';
import { type Cloud, startCloud } from '../local/cloud.ts';
import { SEED_IMAGES } from '../local/ec2/seed-images.ts';
import { type AccessNodeProcess, type NodeSettings, startAccessNode } from './access-node-process.ts';
import { bootLaunchedNodes, type LaunchedNodes } from './boot-launched-nodes.ts';
import { deploy } from './deployment/deploy.ts';
import type { Mutation } from './deployment/mutation.ts';
import type { Place } from './deployment/read-serverless.ts';
import { serveStacks } from './deployment/stack-route.ts';
import { type ExampleAccounts, exampleAccounts, SERVICE_ACCOUNT } from './example-accounts.ts';
import { createRecorder, FOLDER_VARIABLE } from './permissions/recording.ts';
import { within } from './within.ts';

export interface LocalHoldfast {
  readonly cloud: Cloud;
  readonly projectDir: string;
  readonly dataDir: string;
  readonly place: Place;
  /** The REST API's base URL. */
  readonly apiUrl: string;
  readonly accounts: ExampleAccounts;
  /** Starts an access node by hand, a process of its own, for a service hypervisor. */
  startNode(service: ServiceOfNode, settings?: NodeSettings): AccessNodeProcess;
  /** Those that come and go by themselves. */
  readonly launchedNodes: LaunchedNodes;
  /** Deploys once more, with these changes to the sources and no others; what runs goes on with what it began with. */
  redeploy(mutations: readonly Mutation[]): Promise<void>;
  /** Ends the access nodes, then the cloud. Everything is kept in the data folder. */
  stop(): Promise<void>;
}

export interface ServiceOfNode {
  readonly serviceId: string;
  readonly queues: { readonly restores: string; readonly work: string };
  /** In another account: the role that the node runs as there, and what it assumes to take orders. */
  readonly remote?: { readonly roleArn: string; readonly controlRoleArn: string };
}

export interface LocalOptions {
  readonly dataDir: string;
  /** 0 (the default): any free one. */
  readonly port?: number;
  /** Replace entries of `custom` in serverless.yml: segment size, heartbeat. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Changes to the sources of what is deployed, for tests that want to see a rule missed. */
  readonly mutations?: readonly Mutation[];
}

export const projectDir = join(import.meta.dirname, '..');

/** Starts the local cloud on a data folder and deploys this project to it, with an operator and two tenants. */
export const startLocalHoldfast = async ({
  dataDir,
  port = 0,
  overrides = {},
  mutations = [],
}: LocalOptions): Promise<LocalHoldfast> => {
  const place: Place = { accountId: SERVICE_ACCOUNT, region: 'eu-central-1', stage: 'dev' };
  const folder = process.env[FOLDER_VARIABLE];
  const recorder = folder ? createRecorder(folder) : undefined;
  const cloud = await startCloud({ dataDir, port, ...(recorder ? { onDecision: recorder.onDecision } : {}) });
  const nodes: AccessNodeProcess[] = [];
  try {
    cloud.admin.createAccount(place.accountId, 'service account');
    const settings = { nodeImage: SEED_IMAGES.linuxArm, windowsNodeImage: SEED_IMAGES.windows, ...overrides };
    const deployWith = (changes: readonly Mutation[]) => deploy(cloud, place, projectDir, settings, changes);
    const { apiUrl, deployment } = await deployWith(mutations);
    const accounts = exampleAccounts(cloud);
    serveStacks(cloud, place.region);
    const launchedNodes = bootLaunchedNodes({ cloud, projectDir, dataDir });
    return {
      cloud,
      projectDir,
      dataDir,
      place,
      apiUrl,
      accounts,
      launchedNodes,
      startNode({ serviceId, queues, remote }, settings = {}) {
        const environment = nodeEnvironment({
          hypervisorId: serviceId,
          region: place.region,
          queues,
          brokerFunctionArn: brokerNameFor(
            `arn:aws:lambda:${place.region}:${place.accountId}:function:${deployment.custom.name}-broker`,
            serviceId,
          ),
          ...(remote ? { nodeRoleArn: remote.controlRoleArn } : {}),
        });
        const nodeId = `node-${randomUUID()}`;
        const { nodeControlRoleName } = serviceAccountNames(place.stage, serviceId);
        const roleArn = remote?.roleArn ?? `arn:aws:iam::${place.accountId}:role/${nodeControlRoleName}`;
        const node = startAccessNode({ cloud, projectDir, dataDir, nodeId, roleArn, environment }, settings);
        nodes.push(node);
        return node;
      },
      async redeploy(changes) {
        await deployWith(changes);
      },
      async stop() {
        await Promise.all([launchedNodes.stop(), ...nodes.map((node) => node.stop())]);
        await within(120, 'the local cloud stops', cloud.stop());
        recorder?.stop();
      },
    };
  } catch (error) {
    await cloud.stop();
    throw error;
  }
};
