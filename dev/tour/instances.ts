/** The tenants' own side of the tour: instances with data, and what is really in their volumes. */
import assert from 'node:assert/strict';
import {
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type Instance,
  type Snapshot,
  type Tag,
  type Volume,
} from '@aws-sdk/client-ec2';
import { hashVolume, rawVolume, writeBytes } from '../demo/guest.ts';
import { seededBytes } from '../demo/make-image.ts';
import { launchInstance, type TenantInstance } from '../demo/tenant-instance.ts';
import type { TourTenant } from './tenant.ts';
import type { Tour } from './world.ts';

const MIB = 1_048_576;

/** Of the volumes, by id: SHA-256 of what they hold. */
export type Truth = ReadonlyMap<string, string>;

let seed = 1;

/** Scattered bytes, never the same twice. */
export const work = async ({ local }: Tour, volumeId: string, mib: number): Promise<void> => {
  const random = seededBytes(seed++);
  for (let piece = 0; piece < mib; piece++) await writeBytes(local, volumeId, (piece * 37 + 5) * MIB, random(MIB));
};

/** A running instance with a root and a data volume of 1 GiB, some MiB of each written. */
export const runInstance = async (tour: Tour, tenant: TourTenant, name = tenant.name): Promise<TenantInstance> => {
  const instance = await launchInstance(tenant.ec2, name, [1, 1]);
  for (const { volumeId } of instance.volumes) await work(tour, volumeId, 3);
  return instance;
};

/** Read from the volumes themselves, with nothing of Holdfast's in between. */
export const truthOf = async ({ local }: Tour, volumeIds: readonly string[]): Promise<Truth> =>
  new Map(await Promise.all(volumeIds.map(async (id) => [id, await hashVolume(rawVolume(local, id))] as const)));

/** Every restored volume holds, byte for byte, what its original held. */
export const assertSame = async (
  tour: Tour,
  truth: Truth,
  restored: readonly { readonly volumeId: string; readonly sourceVolumeId: string }[],
  about: string,
): Promise<void> => {
  const now = await truthOf(
    tour,
    restored.map(({ volumeId }) => volumeId),
  );
  for (const { volumeId, sourceVolumeId } of restored)
    assert.equal(now.get(volumeId), truth.get(sourceVolumeId), `${about}: ${volumeId} differs from ${sourceVolumeId}`);
};

export const instanceOf = async ({ ec2 }: TourTenant, instanceId: string): Promise<Instance> => {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  const instance = Reservations[0]?.Instances?.[0];
  assert.ok(instance, `${instanceId} is not there`);
  return instance;
};

export const volumesOf = async ({ ec2 }: TourTenant, volumeIds: readonly string[]): Promise<readonly Volume[]> =>
  (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [...volumeIds] }))).Volumes ?? [];

/** Of these volumes, in the tenant's own account. */
export const snapshotsOf = async ({ ec2 }: TourTenant, volumeIds: readonly string[]): Promise<readonly Snapshot[]> => {
  const Filters = [{ Name: 'volume-id', Values: [...volumeIds] }];
  return (await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }))).Snapshots ?? [];
};

export const tagsOf = (tags: readonly Tag[] = []): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
