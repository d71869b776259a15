import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { REPLACED_BY, TAG } from '../../core/domain/effect.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { DescribedInstance } from '../../core/ports/tenant-instances.ts';
import type { TenantScope } from '../../core/ports/tenant-scope.ts';
import { until } from '../adapters/world.ts';
import { freshName, REGION, type TheCloud } from './cloud.ts';
import {
  completedSet,
  isFree,
  isOn,
  NO_SNAPSHOT,
  NO_VOLUME,
  openTenant,
  runningInstance,
  tagsOf,
  volumeAt,
  volumeBecomes,
} from './tenants.ts';

const LOST = { name: 'TenantAccessLost' };

export const volumesContract = (cloud: TheCloud): void => {
  describe('volumes of a tenant', () => {
    let source: DescribedInstance;
    let snapshotId: string;
    let zone: string;
    before(async () => {
      source = await runningInstance(cloud, 'source');
      zone = source.configuration.availabilityZone;
      const jobId = freshName('job');
      const set = await completedSet(await openTenant(cloud, jobId, { to: 'protect' }), jobId, source);
      snapshotId = set[source.volumes.findIndex(({ device }) => device === '/dev/sdf')] ?? '';
    });

    const request = () => ({
      ...{ snapshotId, availabilityZone: zone, clientToken: freshName('op') },
      ...{ sizeGiB: 1, volumeType: 'gp3', iops: 3_000, throughput: 125 },
    });
    const made = async (jobId: string) => {
      const scope = await openTenant(cloud, jobId, { to: 'restore' });
      const { volumeId } = await scope.volumes.create({ ...request(), tags: tagsOf(jobId) });
      await volumeBecomes(scope, volumeId, isFree);
      return { scope, volumeId };
    };
    const isGone = (scope: TenantScope, volumeId: string) =>
      until(
        () => scope.volumes.describe([volumeId]),
        (answer) => answer.length === 0,
      );

    it('are made once a token from a snapshot, with size, zone and tags', async () => {
      const jobId = freshName('job');
      const scope = await openTenant(cloud, jobId, { to: 'restore' });
      const once = request();
      const tags: Tags = { ...tagsOf(jobId), owner: 'dba' };
      const { volumeId } = await scope.volumes.create({ ...once, tags });
      assert.deepEqual(await scope.volumes.create({ ...once, tags }), { volumeId }, 'made once');
      await volumeBecomes(scope, volumeId, isFree);
      const [seen, ...more] = await scope.volumes.describe([volumeId]);
      assert.deepEqual(seen, { volumeId, state: 'available', sizeGiB: 1, availabilityZone: zone, tags });
      assert.deepEqual(more, []);
      const found = await scope.volumes.findByTag(TAG.operation, tags[TAG.operation] ?? '');
      assert.deepEqual(
        found.map((each) => each.volumeId),
        [volumeId],
      );
    });

    it('that are gone are just not there', async () => {
      const look = await openTenant(cloud, freshName('job'), { to: 'look' });
      const known = volumeAt(source, '/dev/sdf');
      const seen = await look.volumes.describe([known, NO_VOLUME]);
      assert.deepEqual(
        seen.map(({ volumeId }) => volumeId),
        [known],
      );
    });

    it('say what they are attached to', async () => {
      const look = await openTenant(cloud, freshName('job'), { to: 'look' });
      const [seen] = await look.volumes.describe([volumeAt(source, '/dev/sdf')]);
      const { instanceId } = source.configuration;
      assert.deepEqual(seen?.attachment, { instanceId, device: '/dev/sdf', state: 'attached' });
    });

    it('are deleted, and deleting them twice is fine', async () => {
      const { scope, volumeId } = await made(freshName('job'));
      await scope.volumes.delete(volumeId);
      await scope.volumes.delete(volumeId);
      await isGone(scope, volumeId);
      await scope.volumes.delete(volumeId);
    });

    for (const [what, bad] of Object.entries({
      'a zone that is not there': { availabilityZone: `${REGION}z` },
      'a snapshot that is not there': { snapshotId: NO_SNAPSHOT },
      'a performance that its type has not': { volumeType: 'io2', iops: 5 },
      'a size below its snapshot’s': { sizeGiB: 0 },
    }))
      it(`are refused with ${what}, which is said by its name`, async () => {
        const jobId = freshName('job');
        const scope = await openTenant(cloud, jobId, { to: 'restore' });
        await assert.rejects(scope.volumes.create({ ...request(), ...bad, tags: tagsOf(jobId) }), {
          name: 'VolumeFailed',
        });
      });

    it('are encrypted as they are made', async () => {
      const jobId = freshName('job');
      const scope = await openTenant(cloud, jobId, { to: 'restore' });
      const { volumeId } = await scope.volumes.create({ ...request(), tags: tagsOf(jobId), encryption: {} });
      await volumeBecomes(scope, volumeId, isFree);
    });

    it('are detached from a stopped instance with a mark, another is attached, and all goes back', async () => {
      const jobId = freshName('job');
      const instance = await runningInstance(cloud, 'in place');
      const { instanceId } = instance.configuration;
      const data = volumeAt(instance, '/dev/sdf');
      const before = (await (await openTenant(cloud, jobId, { to: 'look' })).volumes.describe([data]))[0]?.tags;
      const { volumeId } = await made(jobId);
      const replace = await openTenant(cloud, jobId, { to: 'replace', instanceId });
      await replace.instances.stop(instanceId);
      await replace.instances.stop(instanceId);
      await until(
        () => replace.instances.describe(instanceId),
        (answer) => answer?.state === 'stopped',
      );
      await replace.volumes.detach(data, instanceId);
      await replace.volumes.detach(data, instanceId);
      const old = await volumeBecomes(replace, data, isFree);
      assert.deepEqual(old.tags, { ...before, [REPLACED_BY]: jobId });
      await replace.volumes.attach(volumeId, instanceId, '/dev/sdf');
      await replace.volumes.attach(volumeId, instanceId, '/dev/sdf');
      await volumeBecomes(replace, volumeId, isOn(instanceId, '/dev/sdf'));
      await replace.instances.setDeleteOnTermination(instanceId, { '/dev/sdf': true });

      // the restore fails: what was is put back
      const cleanUp = await openTenant(cloud, jobId, { to: 'clean-up', instanceId });
      await cleanUp.volumes.detach(volumeId, instanceId);
      await volumeBecomes(cleanUp, volumeId, isFree);
      await cleanUp.volumes.delete(volumeId);
      await cleanUp.volumes.attach(data, instanceId, '/dev/sdf');
      const back = await volumeBecomes(cleanUp, data, isOn(instanceId, '/dev/sdf'));
      assert.deepEqual(back.tags, before, 'the mark is off again');
      await cleanUp.instances.setDeleteOnTermination(instanceId, { '/dev/sdf': false });
      await cleanUp.instances.start(instanceId);
      await cleanUp.instances.start(instanceId);
      const running = await until(
        () => cleanUp.instances.describe(instanceId),
        (answer) => answer?.state === 'running',
      );
      assert.equal(running?.volumes.length, 3);
      // one that comes late finds it running again, and stops it first
      const isStopped = (answer: { readonly state: string } | undefined) => answer?.state === 'stopped';
      await cleanUp.instances.stop(instanceId);
      await until(() => cleanUp.instances.describe(instanceId), isStopped);
      await cleanUp.instances.start(instanceId);
    });

    it('that are attached are neither attached elsewhere nor deleted', async () => {
      const jobId = freshName('job');
      const { instanceId } = source.configuration;
      const { volumeId } = await made(jobId);
      const replace = await openTenant(cloud, jobId, { to: 'replace', instanceId });
      await replace.volumes.attach(volumeId, instanceId, '/dev/sdp');
      await volumeBecomes(replace, volumeId, isOn(instanceId, '/dev/sdp'));
      await assert.rejects(replace.volumes.attach(volumeId, instanceId, '/dev/sdh'), { name: 'VolumeFailed' });
      await assert.rejects(replace.volumes.delete(volumeId), LOST, 'a clean-up does');
      const cleanUp = await openTenant(cloud, jobId, { to: 'clean-up', instanceId });
      await assert.rejects(cleanUp.volumes.delete(volumeId), { name: 'VolumeFailed', message: /is attached to i-/ });
      await cleanUp.volumes.detach(volumeId, instanceId);
      await volumeBecomes(cleanUp, volumeId, isFree);
    });

    it('are deleted in place only after they were replaced, and by no other job', async () => {
      const jobId = freshName('job');
      const instance = await runningInstance(cloud, 'remove');
      const { instanceId } = instance.configuration;
      const [root, data] = [volumeAt(instance, cloud().image.rootDevice), volumeAt(instance, '/dev/sdf')];
      const replace = await openTenant(cloud, jobId, { to: 'replace', instanceId });
      await assert.rejects(replace.volumes.detach(root, instanceId), { name: 'VolumeFailed' }, 'it runs');
      await assert.rejects(replace.volumes.delete(data), LOST);
      await replace.volumes.detach(data, instanceId);
      await volumeBecomes(replace, data, isFree);
      const other = await openTenant(cloud, freshName('job'), { to: 'replace', instanceId });
      await assert.rejects(other.volumes.delete(data), LOST);
      await replace.volumes.delete(data);
      await isGone(replace, data);
    });

    it('of another instance, and another job’s, are out of reach', async () => {
      const jobId = freshName('job');
      const mine = source.configuration.instanceId;
      const foreign = await runningInstance(cloud, 'foreign');
      const theirs = foreign.configuration.instanceId;
      const { volumeId } = await made(freshName('job'));
      for (const to of ['replace', 'clean-up'] as const) {
        const scope = await openTenant(cloud, jobId, { to, instanceId: mine });
        await assert.rejects(scope.volumes.detach(volumeAt(foreign, '/dev/sdf'), theirs), LOST);
        await assert.rejects(scope.volumes.attach(volumeId, theirs, '/dev/sdh'), LOST);
        await assert.rejects(scope.volumes.attach(volumeId, mine, '/dev/sdh'), LOST, "another job's");
        await assert.rejects(scope.volumes.delete(volumeId), LOST);
        await assert.rejects(scope.volumes.tag(volumeId, { a: 'b' }), LOST);
        await assert.rejects(scope.instances.stop(theirs), LOST);
        await assert.rejects(scope.instances.terminate(mine), LOST, 'changed, never removed');
      }
      for (const to of ['look', 'protect', 'restore'] as const) {
        const scope = await openTenant(cloud, jobId, { to });
        await assert.rejects(scope.volumes.detach(volumeAt(source, '/dev/sdf'), mine), LOST);
        await assert.rejects(scope.instances.stop(mine), LOST);
        await assert.rejects(scope.instances.setDeleteOnTermination(mine, { '/dev/sdf': true }), LOST);
      }
      const look = await openTenant(cloud, jobId, { to: 'look' });
      const [untouched] = await look.volumes.describe([volumeAt(source, '/dev/sdf')]);
      assert.deepEqual(untouched?.tags, { owner: 'dba' });
    });
  });
};
