import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { ExampleTenant } from '../example-accounts.ts';
import type { LocalHoldfast } from '../local-holdfast.ts';

/** The tenant's own EC2, as it would use it itself. */
export const tenantEc2 = ({ cloud, place }: LocalHoldfast, { user }: ExampleTenant): EC2Client =>
  new EC2Client({ endpoint: cloud.endpoint, region: place.region, credentials: user });

export interface TenantInstance {
  readonly instanceId: string;
  /** In the order of the sizes given: the root volume first. */
  readonly volumes: readonly { readonly volumeId: string; readonly device: string; readonly sizeGiB: number }[];
}

const DEVICES = ['/dev/xvda', '/dev/sdf', '/dev/sdg', '/dev/sdh', '/dev/sdi', '/dev/sdj', '/dev/sdk', '/dev/sdl'];

/** Launches an instance with volumes of these sizes, and waits until it runs. */
export const launchInstance = async (
  ec2: EC2Client,
  name: string,
  sizesGiB: readonly number[],
): Promise<TenantInstance> => {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  const image = Images[0];
  if (!image?.ImageId) throw new Error('the local cloud has no public image');
  const root = image.RootDeviceName ?? '/dev/xvda';
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: image.ImageId,
      InstanceType: 'm6i.large',
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: sizesGiB.map((VolumeSize, index) => ({
        DeviceName: index === 0 ? root : (DEVICES[index] as string),
        Ebs: { VolumeSize, VolumeType: 'gp3', DeleteOnTermination: index === 0 },
      })),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] },
        { ResourceType: 'volume', Tags: [{ Key: 'owner', Value: name }] },
      ],
    }),
  );
  const instanceId = Instances[0]?.InstanceId as string;
  const instance = await runningInstance(ec2, instanceId);
  return { instanceId, volumes: await volumesOf(ec2, instance, root) };
};

const runningInstance = async (ec2: EC2Client, instanceId: string): Promise<Instance> => {
  for (let look = 0; look < 600; look++) {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    const instance = Reservations[0]?.Instances?.[0];
    if (instance?.State?.Name === 'running') return instance;
    await sleep(50);
  }
  throw new Error(`${instanceId} does not run`);
};

const volumesOf = async (ec2: EC2Client, instance: Instance, root: string) => {
  const mappings = (instance.BlockDeviceMappings ?? []).toSorted((a, b) =>
    a.DeviceName === root ? -1 : b.DeviceName === root ? 1 : (a.DeviceName ?? '').localeCompare(b.DeviceName ?? ''),
  );
  const { Volumes = [] } = await ec2.send(
    new DescribeVolumesCommand({ VolumeIds: mappings.map(({ Ebs }) => Ebs?.VolumeId as string) }),
  );
  return mappings.map(({ DeviceName, Ebs }) => ({
    device: DeviceName as string,
    volumeId: Ebs?.VolumeId as string,
    sizeGiB: Volumes.find(({ VolumeId }) => VolumeId === Ebs?.VolumeId)?.Size ?? 0,
  }));
};

export interface LeftInAccount {
  readonly snapshots: readonly string[];
  readonly images: readonly string[];
  /** Attached to nothing. */
  readonly looseVolumes: readonly string[];
  readonly instances: readonly string[];
}

/** All that there is in the tenant's account. */
export const leftInAccount = async (ec2: EC2Client): Promise<LeftInAccount> => {
  const [{ Snapshots = [] }, { Images = [] }, { Volumes = [] }, { Reservations = [] }] = await Promise.all([
    ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
    ec2.send(new DescribeImagesCommand({ Owners: ['self'] })),
    ec2.send(new DescribeVolumesCommand({})),
    ec2.send(new DescribeInstancesCommand({})),
  ]);
  return {
    snapshots: Snapshots.map(({ SnapshotId }) => SnapshotId as string),
    images: Images.map(({ ImageId }) => ImageId as string),
    looseVolumes: Volumes.filter(({ State }) => State === 'available').map(({ VolumeId }) => VolumeId as string),
    instances: Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name !== 'terminated')
      .map(({ InstanceId }) => InstanceId as string),
  };
};
