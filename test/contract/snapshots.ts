import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { CreateSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { TAG } from '../../core/domain/effect.ts';
import type { DescribedInstance } from '../../core/ports/tenant-instances.ts';
import type { TenantScope } from '../../core/ports/tenant-scope.ts';
import { until } from '../adapters/world.ts';
import { FAR_REGION, freshName, REGION, type TheCloud } from './cloud.ts';
import {
  completedSet,
  ec2Of,
  NO_INSTANCE,
  NO_SNAPSHOT,
  openTenant,
  runningInstance,
  tagsOf,
  volumeAt,
} from './tenants.ts';

const ids = (list: readonly { readonly snapshotId: string }[]) => list.map(({ snapshotId }) => snapshotId).toSorted();

export const snapshotsContract = (cloud: TheCloud): void => {
  describe('snapshots of a tenant', () => {
    const jobId = freshName('job');
    let instance: DescribedInstance;
    let scope: TenantScope;
    before(async () => {
      instance = await runningInstance(cloud, 'database');
      scope = await openTenant(cloud, jobId, { to: 'protect' });
    });

    const create = (without: readonly string[], operation = freshName('op')) =>
      scope.snapshots.createForInstance(instance.configuration.instanceId, without, tagsOf(jobId, operation));

    it('are taken of all volumes of an instance but those left out, tagged as they are made', async () => {
      const operation = freshName('op');
      const made = await create([volumeAt(instance, '/dev/sdf')], operation);
      assert.deepEqual(
        made.map(({ volumeId }) => volumeId).toSorted(),
        [volumeAt(instance, cloud().image.rootDevice), volumeAt(instance, '/dev/sdg')].toSorted(),
      );
      for (const { tags } of made) assert.equal(tags[TAG.operation], operation);
    });

    it('are taken without the root volume', async () => {
      const made = await create([volumeAt(instance, cloud().image.rootDevice)]);
      assert.deepEqual(
        made.map(({ volumeId }) => volumeId).toSorted(),
        [volumeAt(instance, '/dev/sdf'), volumeAt(instance, '/dev/sdg')].toSorted(),
      );
    });

    it('are one set an operation, however often it is asked for', async () => {
      const operation = freshName('op');
      const made = await create([], operation);
      assert.deepEqual(ids(await create([], operation)), ids(made));
      assert.deepEqual(ids(await scope.snapshots.findByTag(TAG.operation, operation)), ids(made));
    });

    it('become completed, and are described by id; one that is gone is just not there', async () => {
      const known = await completedSet(scope, jobId, instance);
      const seen = await scope.snapshots.describe([...known, NO_SNAPSHOT]);
      assert.deepEqual(ids(seen), known.toSorted());
      assert.deepEqual(
        seen.map(({ sizeGiB }) => sizeGiB).toSorted(),
        instance.volumes.map(({ sizeGiB }) => sizeGiB).toSorted(),
      );
      assert.deepEqual(await scope.snapshots.describe([]), []);
    });

    it('are deleted, and deleting them twice is fine', async () => {
      const known = await completedSet(scope, jobId, instance);
      for (const snapshotId of [...known, ...known]) await scope.snapshots.delete(snapshotId);
      assert.deepEqual(await scope.snapshots.describe(known), []);
    });

    it('cannot be taken of an instance that is not there, which is said by its name', async () => {
      await assert.rejects(scope.snapshots.createForInstance(NO_INSTANCE, [], tagsOf(jobId)), {
        name: 'InstanceNotFound',
      });
    });

    it('of one tenant are not seen by another', async () => {
      const [snapshotId = ''] = ids(await create([]));
      const other = await openTenant(cloud, jobId, { to: 'look' }, 1);
      assert.deepEqual(await other.snapshots.describe([snapshotId]), []);
      assert.deepEqual(await other.snapshots.findByTag(TAG.job, jobId), []);
    });

    it('that are not ours cannot be deleted, and the missing permission is named', async () => {
      const VolumeId = volumeAt(instance, '/dev/sdf');
      const { SnapshotId = '' } = await ec2Of(cloud).send(new CreateSnapshotCommand({ VolumeId }));
      await assert.rejects(scope.snapshots.delete(SnapshotId), {
        name: 'TenantAccessLost',
        message: /ec2:DeleteSnapshot/,
      });
      const { Snapshots } = await ec2Of(cloud).send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }));
      assert.equal(Snapshots?.length, 1);
    });

    it('are started empty, once a token, to be filled', async () => {
      const token = freshName('op');
      const restore = await openTenant(cloud, jobId, { to: 'restore' });
      const started = await restore.snapshots.start(1, token, tagsOf(jobId, token));
      assert.deepEqual(await restore.snapshots.start(1, token, tagsOf(jobId, token)), started);
      const [found] = await scope.snapshots.findByTag(TAG.operation, token);
      assert.deepEqual([found?.snapshotId, found?.state], [started.snapshotId, 'pending']);
      await scope.snapshots.delete(started.snapshotId);
    });

    it('say in which blocks two of them differ', async () => {
      const { guestWrites } = cloud();
      assert.ok(guestWrites, 'an instance writes to its volume');
      const volumeId = volumeAt(instance, '/dev/sdf');
      const position = instance.volumes.findIndex((each) => each.volumeId === volumeId);
      const snapshotNow = async () => (await completedSet(scope, jobId, instance))[position] ?? '';
      await guestWrites(volumeId, 0, 1);
      const base = await snapshotNow();
      await guestWrites(volumeId, 3, 2);
      await guestWrites(volumeId, 2_047, 1);
      const next = await snapshotNow();
      assert.deepEqual(await scope.snapshots.changedBlocks(base, next, 0, 100_000), {
        ranges: [
          [3, 5],
          [2_047, 2_048],
        ],
      });
      assert.deepEqual((await scope.snapshots.changedBlocks(base, next, 4, 100_000)).ranges[0], [4, 5]);
    });

    it('of different volumes have no common lineage, which is said by its name', async () => {
      const [first = '', second = ''] = await completedSet(scope, jobId, instance);
      await assert.rejects(scope.snapshots.changedBlocks(first, second, 0, 100), { name: 'UnrelatedSnapshots' });
    });

    it('are copied once an operation to another region, where they are deleted', async () => {
      const [first = '', second = ''] = await completedSet(scope, jobId, instance);
      const far = await openTenant(cloud, jobId, { to: 'protect', region: FAR_REGION });
      const tags = tagsOf(jobId);
      const copy = await far.snapshots.copyFrom(REGION, first, tags);
      assert.deepEqual(await far.snapshots.copyFrom(REGION, first, tags), copy, 'made once');
      const other = await far.snapshots.copyFrom(REGION, second, tags);
      assert.notEqual(other.snapshotId, copy.snapshotId, 'two snapshots of one operation');
      const [seen] = await until(
        () => far.snapshots.describe([copy.snapshotId]),
        ([snapshot]) => snapshot?.state === 'completed',
      );
      assert.equal(seen?.tags[TAG.job], jobId);
      assert.deepEqual(await scope.snapshots.describe([copy.snapshotId]), [], 'it is not here');
      for (const { snapshotId } of [copy, other]) await far.snapshots.delete(snapshotId);
      assert.deepEqual(await far.snapshots.findByTag(TAG.operation, tags[TAG.operation] ?? ''), []);
    });

    it('that are gone cannot be copied, which is said by its name', async () => {
      const far = await openTenant(cloud, jobId, { to: 'protect', region: FAR_REGION });
      await assert.rejects(far.snapshots.copyFrom(REGION, NO_SNAPSHOT, tagsOf(jobId)), { name: 'SnapshotFailed' });
    });

    it('are copied only where they are ours, and only as ours', async () => {
      const look = ec2Of(cloud);
      const { SnapshotId = '' } = await look.send(
        new CreateSnapshotCommand({ VolumeId: volumeAt(instance, '/dev/sdf') }),
      );
      await until(
        async () =>
          (await look.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }))).Snapshots?.[0]?.State,
        (state) => state === 'completed',
      );
      const far = await openTenant(cloud, jobId, { to: 'protect', region: FAR_REGION });
      await assert.rejects(far.snapshots.copyFrom(REGION, SnapshotId, tagsOf(jobId)), { name: 'TenantAccessLost' });
      const [ours = ''] = await completedSet(scope, jobId, instance);
      const anonymous = { [TAG.operation]: freshName('op') };
      await assert.rejects(far.snapshots.copyFrom(REGION, ours, anonymous), { name: 'TenantAccessLost' });
    });
  });
};
