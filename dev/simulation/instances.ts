import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeInstancesCommand, DescribeVolumesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import type { Run, TenantPerson } from './run.ts';
import { sendToCloud } from './wire.ts';

export const BLOCK = 524_288;
/** Blocks of each volume that ever hold data: all else is a hole, and is not looked at. */
export const USED_BLOCKS = 16;

export interface SimVolume {
  readonly volumeId: string;
  readonly device: string;
}

export interface SimInstance {
  readonly instanceId: string;
  /** The root volume first. */
  readonly volumes: readonly SimVolume[];
}

/** Launches an instance with so many volumes of 1 GiB, with a few blocks of data in each, and waits until it runs. */
export const launch = async (run: Run, tenant: TenantPerson, volumeCount: number): Promise<SimInstance> => {
  const { ec2 } = tenant;
  const devices = ['/dev/xvda', '/dev/sdf', '/dev/sdg', '/dev/sdh'].slice(0, volumeCount);
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: SEED_IMAGES.linuxArm,
      InstanceType: 'm6g.large',
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: devices.map((DeviceName, index) => ({
        DeviceName,
        Ebs: { VolumeSize: 1, VolumeType: 'gp3', DeleteOnTermination: index === 0 },
      })),
    }),
  );
  const instanceId = Instances[0]?.InstanceId as string;
  for (;;) {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    if (Reservations[0]?.Instances?.[0]?.State?.Name === 'running') break;
    await sleep(1_000);
  }
  const { Volumes = [] } = await ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [instanceId] }] }),
  );
  const volumes = devices.map((device) => ({
    device,
    volumeId: Volumes.find(({ Attachments }) => Attachments?.[0]?.Device === device)?.VolumeId as string,
  }));
  const instance = { instanceId, volumes };
  for (const id of [instanceId, ...volumes.map(({ volumeId }) => volumeId)]) run.belongings.set(id, tenant.accountId);
  await work(run, instance, 4);
  return instance;
};

/** What the instance's programs do: rewrite so many blocks of each volume. */
export const work = async (run: Run, { volumes }: SimInstance, blocks: number): Promise<void> => {
  for (const { volumeId } of volumes) {
    for (let i = 0; i < blocks; i++) {
      const offset = run.random.below(USED_BLOCKS) * BLOCK + run.random.below(128) * 4_096;
      await write(run, volumeId, offset, run.random.bytes(4_096));
    }
  }
};

const write = async ({ cloud }: Run, volumeId: string, offset: number, body: Buffer): Promise<void> => {
  const answer = await sendToCloud(cloud, {
    method: 'PUT',
    target: `/_local/volumes/${volumeId}/data?offset=${offset}`,
    headers: { host: 'localhost', 'x-local-control': cloud.controlToken },
    body,
  });
  if (answer?.status !== 200) throw new Error(`writing to ${volumeId}: ${answer?.status} ${String(answer?.body)}`);
};

/** What a volume holds in the blocks that are ever used, read from the disk with nothing of Holdfast's in between. */
export const contentOf = ({ dataDir }: Run, volumeId: string): string => {
  const fd = openSync(join(dataDir, 'ebs', 'volumes', `${volumeId}.raw`), 'r');
  try {
    const content = emptyContent();
    readSync(fd, content, 0, content.length, 0);
    return hashOf(content);
  } finally {
    closeSync(fd);
  }
};

export const emptyContent = (): Buffer => Buffer.alloc(USED_BLOCKS * BLOCK);

const PAGE = 4_096;
const EMPTY = Buffer.alloc(PAGE);

/** Of the pages that are not empty, and where they are: nearly all are. */
export const hashOf = (content: Buffer): string => {
  const hash = createHash('sha256');
  for (let at = 0; at < content.length; at += PAGE) {
    const page = content.subarray(at, at + PAGE);
    if (!page.equals(EMPTY)) hash.update(`${at} `).update(page);
  }
  return hash.digest('hex');
};
