import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { TAG } from '../../core/domain/effect.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { DescribedInstance } from '../../core/ports/tenant-instances.ts';
import type { TenantScope } from '../../core/ports/tenant-scope.ts';
import { launchInstance, until } from '../adapters/world.ts';
import { freshName, REGION, type TheCloud } from './cloud.ts';
import {
  completedSet,
  ec2Of,
  NO_IMAGE,
  NO_INSTANCE,
  openTenant,
  runningInstance,
  tagsOf,
  volumeAt,
} from './tenants.ts';

export const instancesContract = (cloud: TheCloud): void => {
  describe('instances of a tenant', () => {
    const jobId = freshName('job');
    let source: DescribedInstance;
    let set: readonly string[];
    let restore: TenantScope;
    /** A restore takes nothing away by itself: the cleanup does. */
    let cleanUp: TenantScope;
    before(async () => {
      source = await runningInstance(cloud, 'web');
      set = await completedSet(await openTenant(cloud, jobId, { to: 'protect' }), jobId, source);
      restore = await openTenant(cloud, jobId, { to: 'restore' });
      cleanUp = await openTenant(cloud, jobId, { to: 'clean-up' });
    });

    const imageOf = (tags: Tags) => ({
      name: freshName('holdfast'),
      configuration: source.configuration,
      volumes: source.volumes.map(({ device, volumeType, iops, throughput }, i) => ({
        ...{ device, snapshotId: set[i] ?? '', volumeType, deleteOnTermination: true },
        ...(iops === undefined ? {} : { iops }),
        ...(throughput === undefined ? {} : { throughput }),
      })),
      tags,
    });
    const launchOf = (imageId: string, tags: Tags) => ({
      ...{ imageId, clientToken: freshName('op'), instanceType: 't3.small' },
      securityGroupIds: source.configuration.securityGroupIds,
      ...(source.configuration.subnetId === undefined ? {} : { subnetId: source.configuration.subnetId }),
      instanceTags: { ...tags, Name: 'restored' },
      volumeTags: tags,
    });
    const launched = async () => {
      const tags = { ...tagsOf(jobId), [TAG.restore]: freshName('rp') };
      const { imageId } = await restore.images.register(imageOf(tags));
      const { instanceId } = await restore.instances.launch(launchOf(imageId, tags));
      const seen = await until(
        () => restore.instances.describe(instanceId),
        (answer) => answer?.state === 'running',
      );
      assert.ok(seen);
      return { instanceId, imageId, seen, tags };
    };

    it('are described with name, place and platform', () => {
      const { name, architecture, platform, availabilityZone } = source.configuration;
      assert.deepEqual([name, architecture, platform], ['web', 'x86_64', 'Linux/UNIX']);
      assert.match(availabilityZone, new RegExp(`^${REGION}\\w$`));
    });

    it('are described with their volumes, and the tags of those', () => {
      const { rootDevice } = cloud().image;
      assert.deepEqual(
        source.volumes.map(({ device }) => device).toSorted(),
        ['/dev/sdf', '/dev/sdg', rootDevice].toSorted(),
      );
      for (const { tags } of source.volumes) assert.deepEqual(tags, { owner: 'dba' });
    });

    it('have the volumes of their image besides those that are named as they are launched', async () => {
      const id = await launchInstance(ec2Of(cloud), 'without a root named', cloud().image.id);
      const seen = await until(
        () => restore.instances.describe(id),
        (answer) => answer?.state === 'running',
      );
      assert.ok(seen?.volumes.some(({ device }) => device === cloud().image.rootDevice));
    });

    it('that are not there, or another tenant’s, look absent', async () => {
      assert.equal(await restore.instances.describe(NO_INSTANCE), undefined);
      const other = await openTenant(cloud, jobId, { to: 'look' }, 1);
      assert.equal(await other.instances.describe(source.configuration.instanceId), undefined);
    });

    it('are listed with their volumes, and no other tenant’s', async () => {
      const theirs = await runningInstance(cloud, 'listed', 1);
      const look = await openTenant(cloud, jobId, { to: 'look' }, 1);
      const list = await look.instances.list();
      const seen = list.find(({ instanceId }) => instanceId === theirs.configuration.instanceId);
      const { availabilityZone, vpcId, subnetId } = seen ?? {};
      assert.deepEqual(
        { ...seen, volumes: seen?.volumes.map(({ device }) => device).toSorted() },
        {
          ...{ instanceId: theirs.configuration.instanceId, name: 'listed', state: 'running', platform: 'Linux/UNIX' },
          ...{ availabilityZone, vpcId, subnetId, tags: { Name: 'listed' } },
          volumes: ['/dev/sdf', '/dev/sdg', cloud().image.rootDevice].toSorted(),
        },
      );
      assert.match(`${vpcId} ${subnetId} ${availabilityZone}`, /^vpc-\w+ subnet-\w+ eu-central-1\w$/);
      assert.ok(list.every(({ instanceId }) => instanceId !== source.configuration.instanceId));
    });

    it('are found by their tags', async () => {
      const found = await restore.instances.findByTag('Name', 'web');
      assert.ok(found.includes(source.configuration.instanceId));
      assert.deepEqual(await restore.instances.findByTag('Name', 'nobody'), []);
    });

    it('come from an image of snapshots, which is registered once under its name', async () => {
      const tags = tagsOf(jobId);
      const image = imageOf(tags);
      const { imageId } = await restore.images.register(image);
      assert.equal((await restore.images.register(image)).imageId, imageId, 'found by its name');
      assert.deepEqual(await restore.images.findByTag(TAG.operation, tags[TAG.operation] ?? ''), [imageId]);
      await assert.rejects(restore.images.register({ ...image, tags: tagsOf(jobId) }), { name: 'LaunchFailed' });
    });

    it('their images are described, deregistered, and deregistering them twice is fine', async () => {
      const { imageId } = await restore.images.register(imageOf(tagsOf(jobId)));
      assert.equal((await restore.images.describe(imageId))?.rootDeviceName, cloud().image.rootDevice);
      await cleanUp.images.deregister(imageId);
      await cleanUp.images.deregister(imageId);
      assert.equal(await restore.images.describe(imageId), undefined);
      assert.equal(await restore.images.describe(NO_IMAGE), undefined);
      assert.equal(await restore.images.describe('not an image'), undefined);
    });

    it('are launched once a token', async () => {
      const tags = tagsOf(jobId);
      const { imageId } = await restore.images.register(imageOf(tags));
      const launch = launchOf(imageId, tags);
      const { instanceId } = await restore.instances.launch(launch);
      assert.equal((await restore.instances.launch(launch)).instanceId, instanceId);
    });

    it('are launched with the volumes of their image, tagged', async () => {
      const { seen, tags } = await launched();
      assert.deepEqual(
        seen.volumes.map(({ device, sizeGiB }) => [device, sizeGiB]).toSorted(),
        source.volumes.map(({ device, sizeGiB }) => [device, sizeGiB]).toSorted(),
      );
      for (const volume of seen.volumes) assert.deepEqual(volume.tags, tags);
    });

    it('are found by the recovery point that they come from', async () => {
      const { instanceId, tags } = await launched();
      assert.deepEqual(await restore.instances.findByTag(TAG.restore, tags[TAG.restore] ?? ''), [instanceId]);
    });

    it('are not launched in a subnet that is gone, which is said by its name and with what to do', async () => {
      const tags = tagsOf(jobId);
      const { imageId } = await restore.images.register(imageOf(tags));
      const launch = { ...launchOf(imageId, tags), subnetId: 'subnet-0123456789abcdef0' };
      await assert.rejects(restore.instances.launch(launch), { name: 'LaunchFailed', remedy: /subnet is gone/ });
    });

    it('are not launched with a key pair that is gone, which is said by its name and with what to do', async () => {
      const tags = tagsOf(jobId);
      const { imageId } = await restore.images.register(imageOf(tags));
      const launch = { ...launchOf(imageId, tags), keyName: 'key-of-long-ago' };
      await assert.rejects(restore.instances.launch(launch), {
        name: 'LaunchFailed',
        remedy: /The key pair is gone/,
      });
    });

    it('are launched with encrypted volumes where that is asked', async () => {
      const tags = tagsOf(jobId);
      const { imageId } = await restore.images.register(imageOf(tags));
      const devices = [cloud().image.rootDevice];
      const { instanceId } = await restore.instances.launch({ ...launchOf(imageId, tags), encryption: { devices } });
      const seen = await until(
        () => restore.instances.describe(instanceId),
        (answer) => answer?.state === 'running',
      );
      const encrypted = seen?.volumes.filter((volume) => volume.encrypted).map(({ device }) => device);
      assert.deepEqual(encrypted, devices);
    });

    it('keep or lose their volumes when they end, as it is set', async () => {
      const { instanceId } = await launched();
      await restore.instances.setDeleteOnTermination(instanceId, { '/dev/sdf': false });
      const changed = await restore.instances.describe(instanceId);
      assert.deepEqual(
        changed?.volumes.filter(({ deleteOnTermination }) => !deleteOnTermination).map(({ device }) => device),
        ['/dev/sdf'],
      );
    });

    it('have volumes that a restore tags', async () => {
      const { seen } = await launched();
      const volumeId = volumeAt(seen, '/dev/sdf');
      await restore.volumes.tag(volumeId, { owner: 'dba', team: 'ä & ö' });
      const [volume] = await restore.volumes.describe([volumeId]);
      assert.deepEqual([volume?.tags.owner, volume?.tags.team], ['dba', 'ä & ö']);
    });

    it('are terminated by the cleanup; then they are gone', async () => {
      const { instanceId, tags } = await launched();
      await cleanUp.instances.terminate(instanceId);
      await until(
        () => restore.instances.describe(instanceId),
        (answer) => answer === undefined,
      );
      await cleanUp.instances.terminate(instanceId);
      assert.deepEqual(await restore.instances.findByTag(TAG.restore, tags[TAG.restore] ?? ''), []);
      await cleanUp.instances.terminate(NO_INSTANCE);
    });

    it('of the tenant’s own, and restored ones for the restore itself, are terminated by nobody', async () => {
      const { instanceId } = await launched();
      for (const [scope, id] of [
        [restore, source.configuration.instanceId],
        [cleanUp, source.configuration.instanceId],
        [restore, instanceId],
      ] as const)
        await assert.rejects(scope.instances.terminate(id), { name: 'TenantAccessLost' });
    });

    it('and volumes of the tenant’s own are tagged by nobody', async () => {
      await assert.rejects(restore.volumes.tag(volumeAt(source, '/dev/sdf'), { a: 'b' }), {
        name: 'TenantAccessLost',
      });
    });
  });
};
