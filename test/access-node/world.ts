/** A local cloud with a provider and a tenant, a queue, a machine that sends orders to it, and real node processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EBSClient, StartSnapshotCommand } from '@aws-sdk/client-ebs';
import { CreateSnapshotCommand, CreateVolumeCommand, DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { startCloud } from '../../local/cloud.ts';
import { createEbs } from '../../local/ebs/service.ts';
import { createEc2 } from '../../local/ec2/service.ts';
import { createKms } from '../../local/kms/service.ts';
import { createLambda, deployFunction } from '../../local/lambda/service.ts';
import { createS3 } from '../../local/s3/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { createStates } from '../../local/states/service.ts';
import { createSts } from '../../local/sts/service.ts';

export const REGION = 'eu-central-1';
const PROVIDER = '111111111111';
const TENANT = '222222222222';
const ROLE = 'node';
const FROM_SOURCES = [process.execPath, fileURLToPath(new URL('../../access-node/main.ts', import.meta.url))] as const;
const all = (service: string) => ({ Effect: 'Allow' as const, Action: service, Resource: '*' });
const trust = (service: string) => ({
  Statement: { Effect: 'Allow' as const, Principal: { Service: service }, Action: 'sts:AssumeRole' },
});
const services = [createSts, createKms, createEc2, createEbs, createS3, createSqs, createLambda, createStates];

const until = async <T>(ask: () => Promise<T | undefined>, seconds: number, what: string): Promise<T> => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** What a node asked of the broker, without the task token. */
export interface NotedRequest {
  readonly operation: string;
  readonly orderId: string;
  readonly nodeId: string;
  readonly claim?: number;
  readonly wantCredentials?: boolean;
  readonly counters?: { readonly transferred: number };
  readonly error?: { readonly name: string };
}

export const startWorld = async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'node-world-'));
  const state = await mkdtemp(join(tmpdir(), 'node-state-'));
  const cloud = await startCloud({ dataDir, services });
  const { admin } = cloud;
  admin.createAccount(PROVIDER, 'provider');
  admin.createAccount(TENANT, 'tenant');
  const config = (account: string) => ({
    endpoint: cloud.endpoint,
    region: REGION,
    credentials: admin.rootAccessKey(account),
  });
  const s3 = new S3Client({ ...config(PROVIDER), forcePathStyle: true });
  const ec2 = new EC2Client(config(TENANT));
  const ebs = new EBSClient(config(TENANT));
  const sfn = new SFNClient(config(PROVIDER));
  for (const Bucket of ['work', 'library']) await s3.send(new CreateBucketCommand({ Bucket }));
  const { KeyMetadata } = await new KMSClient(config(PROVIDER)).send(new CreateKeyCommand({}));
  const { QueueUrl = '' } = await new SQSClient(config(PROVIDER)).send(new CreateQueueCommand({ QueueName: 'orders' }));

  const nodeRole = admin.putRole({
    accountId: PROVIDER,
    name: ROLE,
    trustPolicy: trust('ec2.amazonaws.com'),
    policies: { p: { Statement: [all('sqs:*'), all('lambda:InvokeFunction'), all('states:SendTask*')] } },
  });
  const tenantRole = admin.putRole({
    accountId: TENANT,
    name: 'tenant',
    trustPolicy: trust('ec2.amazonaws.com'),
    policies: { p: { Statement: [all('ebs:*')] } },
  });
  const libraryRole = admin.putRole({
    accountId: PROVIDER,
    name: 'library',
    trustPolicy: trust('ec2.amazonaws.com'),
    policies: { p: { Statement: [all('s3:*'), all('kms:*')] } },
  });
  const plainRole = (name: string, service: string) =>
    admin.putRole({
      accountId: PROVIDER,
      name,
      trustPolicy: trust(service),
      policies: { p: { Statement: [all('sqs:*'), all('logs:*')] } },
    }).arn;
  deployFunction(cloud.kernel, {
    accountId: PROVIDER,
    region: REGION,
    functionName: 'broker',
    roleArn: plainRole('broker', 'lambda.amazonaws.com'),
    codePath: fileURLToPath(new URL('./functions/broker.mjs', import.meta.url)),
    handlerExport: 'broker',
    environment: { HOLDFAST_TEST_STATE: state },
    timeoutSeconds: 10,
    memoryMb: 128,
  });
  const { stateMachineArn } = await sfn.send(
    new CreateStateMachineCommand({
      name: 'order',
      roleArn: plainRole('machine', 'states.amazonaws.com'),
      definition: JSON.stringify({
        QueryLanguage: 'JSONata',
        StartAt: 'Order',
        States: {
          Order: {
            Type: 'Task',
            Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
            Arguments: {
              QueueUrl,
              MessageBody: {
                orderId: '{% $states.input.orderId %}',
                taskToken: '{% $states.context.Task.Token %}',
              },
            },
            TimeoutSeconds: 120,
            End: true,
          },
        },
      }),
    }),
  );

  /** Says that it lasts an hour, however long it does. */
  const session = (role: { arn: string }, seconds = 3_600) => {
    const { AccessKeyId, SecretAccessKey, SessionToken } = admin.credentialsForRole(role.arn, 'order', seconds);
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiresAt: Date.now() + 3_600_000,
    };
  };
  const giveCredentials = (changes: object = {}): void => {
    const credentials = { tenant: session(tenantRole), library: session(libraryRole), workArea: session(libraryRole) };
    writeFileSync(join(state, 'credentials-now.json'), JSON.stringify({ ...credentials, ...changes }));
  };
  giveCredentials();
  await control('PUT', '/ebs/settings', {
    getsPerAccount: 1e6,
    getsPerSnapshot: 1e6,
    putsPerAccount: 1e6,
    putsPerSnapshot: 1e6,
  });

  async function control(method: string, path: string, body?: Uint8Array | object): Promise<void> {
    const response = await fetch(`${cloud.endpoint}/_local${path}`, {
      method,
      headers: { 'x-local-control': cloud.controlToken },
      ...(body && { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${answer}`);
  }

  const recoveryPublicKey = createRecoveryKeyPair(randomBytes).publicKey;
  let orders = 0;
  const executions = new Map<string, string>();
  const nodes: ChildProcess[] = [];

  /** Sends an order; its document and what it builds on are in the work area. Answers with its id. */
  const send = async (
    work: object,
    { before = [] as string[], blockRate = 5_000, heartbeatSeconds = 0.5 } = {},
  ): Promise<string> => {
    orders += 1;
    const orderId = `ord-${String(orders).padStart(8, '0')}`;
    const documentKey = `orders/${orderId}.json`;
    const put = (Key: string, value: object) =>
      s3.send(new PutObjectCommand({ Bucket: 'work', Key, Body: JSON.stringify(value) }));
    await put(documentKey, work);
    const resultKeys = Object.fromEntries(before.map((id) => [id, outcomeOf(id)?.resultKey]));
    await put(`${documentKey}.results.json`, { resultKeys });
    writeFileSync(
      join(state, `order-${orderId}.json`),
      JSON.stringify({
        jobId: 'job-00000001',
        attempt: 1,
        tenantAccountId: TENANT,
        tenantRegion: REGION,
        instanceId: 'i-00000001',
        libraryAccess: {
          library: { kind: 's3', bucket: 'library', prefix: 'tenants/hv-00000001', region: REGION },
          tenantId: 'hv-00000001',
          libraryId: 'lib-1',
          kmsKeyArn: KeyMetadata?.Arn,
          recoveryPublicKey,
        },
        workBucket: 'work',
        documentKey,
        resultPrefix: 'results/',
        blockRate,
        heartbeatSeconds,
      }),
    );
    const { executionArn = '' } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, name: orderId, input: JSON.stringify({ orderId }) }),
    );
    executions.set(orderId, executionArn);
    return orderId;
  };
  const outcomeOf = (orderId: string): { resultKey: string; claim: number } | undefined => {
    const path = join(state, `done-${orderId}.json`);
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  };

  const requests = (): NotedRequest[] => {
    const path = join(state, 'requests.jsonl');
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as NotedRequest);
  };

  const settingsOf = (nodeId: string): Record<string, string> => {
    const { uri, token } = admin.vendCredentials(nodeRole.arn, nodeId);
    return {
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: uri,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
      HOLDFAST_NODE_ID: nodeId,
      HOLDFAST_BROKER_FUNCTION: 'broker',
      HOLDFAST_SERVICE_ID: 'hv-00000001',
      HOLDFAST_QUEUES: QueueUrl,
      HOLDFAST_SLOTS: '2',
      HOLDFAST_VISIBILITY_SECONDS: '10',
      HOLDFAST_POLL_SECONDS: '2',
    };
  };

  return {
    cloud,
    state,
    /** What a node that somebody else starts needs to know. */
    settingsOf,
    control,
    giveCredentials,
    send,
    outcomeOf,
    session: { tenant: (seconds?: number) => session(tenantRole, seconds) },
    /** How the order's task ended. */
    ended: (orderId: string, seconds = 60) =>
      until(
        async () => {
          const execution = await sfn.send(new DescribeExecutionCommand({ executionArn: executions.get(orderId) }));
          return execution.status === 'RUNNING' ? undefined : execution;
        },
        seconds,
        `the end of ${orderId}`,
      ),
    /** The operator lets a node drain. */
    drain: (nodeId: string) => writeFileSync(join(state, `drain-${nodeId}.json`), '{}'),
    cancel: (orderId: string) => writeFileSync(join(state, `cancel-${orderId}.json`), '{}'),
    requests,
    /** Waits until the broker was asked that for the order, and `which` holds. */
    asked: (operation: string, orderId: string, which: (request: NotedRequest) => boolean = () => true) =>
      until(
        async () =>
          requests().find((asked) => asked.operation === operation && asked.orderId === orderId && which(asked)),
        60,
        `${operation} of ${orderId}`,
      ),
    /** Starts a node process, from its sources if nothing else is said; `output` grows with what it says. */
    startNode(
      environment: Record<string, string> = {},
      [program, ...argv]: readonly [string, ...string[]] = FROM_SOURCES,
    ) {
      const child = spawn(program, argv, {
        env: { PATH: process.env.PATH, ...settingsOf(`node-0000000${nodes.length}`), ...environment },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      nodes.push(child);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => {
          output += chunk;
        });
      const exited = new Promise<number | string>((resolve) =>
        child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')),
      );
      return { child, exited, output: () => output };
    },
    async newVolume(gib: number): Promise<string> {
      const { VolumeId = '' } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: `${REGION}a`, Size: gib }));
      await new Promise((resolve) => setTimeout(resolve, 200));
      return VolumeId;
    },
    writeVolume: (volumeId: string, offset: number, bytes: Uint8Array) =>
      control('PUT', `/volumes/${volumeId}/data?offset=${offset}`, bytes),
    async newSnapshot(volumeId: string): Promise<string> {
      const { SnapshotId = '' } = await ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId }));
      await this.completed(SnapshotId);
      return SnapshotId;
    },
    async startSnapshot(gib: number): Promise<string> {
      const { SnapshotId = '' } = await ebs.send(new StartSnapshotCommand({ VolumeSize: gib }));
      return SnapshotId;
    },
    completed: (snapshotId: string) =>
      until(
        async () => {
          const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshotId] }));
          return Snapshots?.[0]?.State === 'completed' ? true : undefined;
        },
        20,
        `completion of ${snapshotId}`,
      ),
    ebs,
    async result(orderId: string): Promise<Record<string, unknown>> {
      const object = await s3.send(new GetObjectCommand({ Bucket: 'work', Key: outcomeOf(orderId)?.resultKey }));
      return JSON.parse((await object.Body?.transformToString()) ?? 'null');
    },
    async stop() {
      for (const node of nodes) node.kill('SIGKILL');
      for (const client of [s3, ec2, ebs, sfn]) client.destroy();
      await cloud.stop();
      await rm(dataDir, { recursive: true, force: true });
      await rm(state, { recursive: true, force: true });
    },
  };
};
