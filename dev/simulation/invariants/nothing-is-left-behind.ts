import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2';
import type { Ledger } from '../ledger.ts';
import type { TenantPerson } from '../run.ts';
import type { Invariant } from './invariant.ts';

interface Ec2Lists {
  readonly snapshots: readonly string[];
  readonly volumes: readonly { readonly id: string; readonly on: readonly string[] }[];
  readonly images: readonly string[];
  readonly instances: readonly string[];
}

const listsOf = async ({ ec2 }: TenantPerson): Promise<Ec2Lists> => {
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  return {
    snapshots: Snapshots.map(({ SnapshotId }) => SnapshotId as string),
    volumes: Volumes.map(({ VolumeId, Attachments = [] }) => ({
      id: VolumeId as string,
      on: Attachments.map(({ InstanceId }) => InstanceId as string),
    })),
    images: Images.map(({ ImageId }) => ImageId as string),
    instances: Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name !== 'terminated')
      .map(({ InstanceId }) => InstanceId as string),
  };
};

/** What recovery points and finished restores own. */
const ownedOf = ({ points, instances, children }: Ledger) => {
  const heads = new Set(instances.flatMap(({ head, snapshotHead }) => [head, snapshotHead]));
  const snapshots = points
    .filter(
      ({ kind, state, dataRemovedAt, recoveryPointId }) =>
        (kind === 'snapshot' && state === 'available' && dataRemovedAt === undefined) || heads.has(recoveryPointId),
    )
    // copies in another region are looked for there (nothing-is-elsewhere.ts)
    .flatMap(({ volumes }) => volumes.map(({ snapshotId }) => snapshotId));
  const results = children.flatMap(({ phase, result }) => (phase === 'done' && result ? [result] : []));
  return {
    snapshots: new Set(snapshots),
    instances: new Set(results.flatMap(({ instanceId }) => (instanceId === undefined ? [] : [instanceId]))),
    volumes: new Set(
      results.flatMap(({ volumes, replacedVolumes = [] }) =>
        [...volumes, ...replacedVolumes].map(({ volumeId }) => volumeId),
      ),
    ),
  };
};

/** No snapshot, volume, instance, image in a tenant's account beyond what the tenant made and what points and restores own. */
export const nothingIsLeftBehind: Invariant = {
  name: 'nothing is left behind',
  async check(run, ledgers) {
    const wrong: string[] = [];
    for (const [index, ledger] of ledgers.entries()) {
      const there = await listsOf(run.tenants[index] as TenantPerson);
      const owned = ownedOf(ledger);
      const extra = (what: string, ids: readonly string[], set: ReadonlySet<string>): void => {
        for (const id of ids)
          if (!set.has(id) && !run.belongings.has(id)) wrong.push(`${what} ${id} is left in ${ledger.accountId}`);
      };
      extra('snapshot', there.snapshots, owned.snapshots);
      extra('image', there.images, new Set());
      extra('instance', there.instances, owned.instances);
      const loose = there.volumes.filter(({ on }) => !on.some((id) => owned.instances.has(id)));
      extra(
        'volume',
        loose.map(({ id }) => id),
        owned.volumes,
      );
      for (const id of owned.snapshots)
        if (!there.snapshots.includes(id))
          wrong.push(`snapshot ${id}, which a point needs, is not in ${ledger.accountId}`);
      for (const id of run.belongings.keys())
        if (id.startsWith('i-') && run.belongings.get(id) === ledger.accountId && !there.instances.includes(id))
          wrong.push(`the tenant's own instance ${id} is gone`);
    }
    return wrong;
  },
};
