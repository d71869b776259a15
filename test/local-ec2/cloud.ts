import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EBS,
  EBSClient,
  GetSnapshotBlockCommand,
  paginateListChangedBlocks,
  paginateListSnapshotBlocks,
} from '@aws-sdk/client-ebs';
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { type Cloud, startCloud } from '../../local/cloud.ts';
import { createEbs } from '../../local/ebs/service.ts';
import { createEc2 } from '../../local/ec2/service.ts';
import type { ServiceFactory } from '../../local/kernel/service.ts';
import { createKms } from '../../local/kms/service.ts';

export type { EBS };
export const REGION = 'eu-central-1';
export const ZONE = `${REGION}a`;
export const PROVIDER = '111111111111';
export const TENANT = '222222222222';
export const BLOCK = 524_288;

/** A local cloud with EC2 and EBS direct, quick and without quotas, and clients of two accounts. */
export interface TestCloud {
  cloud: Cloud;
  dataDir: string;
  ec2(account?: string): EC2Client;
  ebs(account?: string): EBSClient;
  control(method: string, path: string, body?: Uint8Array): Promise<Buffer>;
  /** Stops and starts again over the same data folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const QUICK = {
  volumeCreationMs: 0,
  volumeDeletionMs: 0,
  attachmentMs: 0,
  snapshotCompletionMs: 0,
  instanceStartMs: 0,
  instanceStopMs: 0,
  instanceTerminationMs: 0,
};
const NO_QUOTAS = {
  getsPerAccount: 1e6,
  getsPerSnapshot: 1e6,
  putsPerAccount: 1e6,
  putsPerSnapshot: 1e6,
  listSnapshotBlocksPerAccount: 1e6,
  listChangedBlocksPerAccount: 1e6,
  startsPerAccount: 1e6,
  completesPerAccount: 1e6,
};

export const startTestCloud = async (more: readonly ServiceFactory[] = []): Promise<TestCloud> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'local-ec2-'));
  const services = [createEc2, createEbs, createKms, ...more];
  let cloud = await startCloud({ dataDir, services });
  for (const account of [PROVIDER, TENANT]) cloud.admin.createAccount(account, account);
  const keys = new Map([PROVIDER, TENANT].map((account) => [account, cloud.admin.rootAccessKey(account)]));
  const clients: { destroy(): void }[] = [];
  const config = (account: string) => ({
    endpoint: cloud.endpoint,
    region: REGION,
    credentials: keys.get(account) ?? { accessKeyId: '', secretAccessKey: '' },
    maxAttempts: 1,
  });
  const keep = <T extends { destroy(): void }>(client: T): T => {
    clients.push(client);
    return client;
  };
  const test: TestCloud = {
    get cloud() {
      return cloud;
    },
    dataDir,
    ec2: (account = TENANT) => keep(new EC2Client(config(account))),
    ebs: (account = TENANT) => keep(new EBSClient(config(account))),
    async control(method, path, body) {
      const headers = { 'x-local-control': cloud.controlToken };
      const response = await fetch(`${cloud.endpoint}/_local${path}`, {
        method,
        headers,
        ...(body && { body: Buffer.from(body) }),
      });
      const answer = Buffer.from(await response.arrayBuffer());
      if (!response.ok) throw new Error(`${response.status} ${answer}`);
      return answer;
    },
    async restart() {
      await cloud.stop();
      cloud = await startCloud({ dataDir, services });
    },
    async stop() {
      for (const client of clients) client.destroy();
      await cloud.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  await test.control('PUT', '/ec2/settings', Buffer.from(JSON.stringify(QUICK)));
  await test.control('PUT', '/ebs/settings', Buffer.from(JSON.stringify(NO_QUOTAS)));
  return test;
};

/** Asks until the answer is there; fails after a minute. */
export const until = async <T>(ask: () => Promise<T | undefined | false>): Promise<T> => {
  const end = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error('not reached within a minute');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

export const newVolume = async (ec2: EC2Client, more: Partial<CreateVolumeCommandInput> = {}): Promise<string> => {
  const wish = { AvailabilityZone: ZONE, ...(more.SnapshotId ? {} : { Size: 1 }), ...more };
  const { VolumeId = '' } = await ec2.send(new CreateVolumeCommand(wish));
  await until(async () => {
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
    return Volumes?.[0]?.State === 'available';
  });
  return VolumeId;
};

export const completed = async (ec2: EC2Client, id: string): Promise<void> => {
  await until(async () => {
    const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
    return Snapshots?.[0]?.State === 'completed';
  });
};

export const newSnapshot = async (ec2: EC2Client, volumeId: string): Promise<string> => {
  const { SnapshotId = '' } = await ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId }));
  await completed(ec2, SnapshotId);
  return SnapshotId;
};

/** All blocks of a snapshot as EBS direct lists them. */
export const listBlocks = async (ebs: EBSClient, id: string, size = 100): Promise<Map<number, string>> => {
  const blocks = new Map<number, string>();
  for await (const page of paginateListSnapshotBlocks({ client: ebs }, { SnapshotId: id, MaxResults: size })) {
    for (const { BlockIndex = -1, BlockToken = '' } of page.Blocks ?? []) blocks.set(BlockIndex, BlockToken);
  }
  return blocks;
};

export const listChanges = async (ebs: EBSClient, first: string, second: string) => {
  const changes = [];
  const input = { FirstSnapshotId: first, SecondSnapshotId: second, MaxResults: 100 };
  for await (const page of paginateListChangedBlocks({ client: ebs }, input))
    changes.push(...(page.ChangedBlocks ?? []));
  return changes;
};

export const getBlock = async (ebs: EBSClient, id: string, index: number, token: string): Promise<Buffer> => {
  const answer = await ebs.send(new GetSnapshotBlockCommand({ SnapshotId: id, BlockIndex: index, BlockToken: token }));
  return Buffer.from((await answer.BlockData?.transformToByteArray()) ?? []);
};

/** SHA-256 of a volume as EBS direct delivers it: listed blocks fetched, the others zero. */
export const hashOfSnapshot = async (ebs: EBSClient, id: string, gib: number): Promise<string> => {
  const blocks = await listBlocks(ebs, id);
  const hash = createHash('sha256');
  const zero = Buffer.alloc(BLOCK);
  for (let index = 0; index < gib * 2048; index++) {
    const token = blocks.get(index);
    hash.update(token === undefined ? zero : await getBlock(ebs, id, index, token));
  }
  return hash.digest('hex');
};

export const hashOfFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest('hex');
};
