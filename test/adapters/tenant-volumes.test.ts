import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { REPLACED_BY, TAG } from '../../core/domain/effect.ts';
import type { DescribedVolume, Tags, TenantAccess, TenantScope } from '../../core/ports/tenant-scope.ts';
import { freshId } from './records.ts';
import { launchInstance, REGION, startWorld, until, type World } from './world.ts';

describe("volumes in tenants' accounts, with the deployment's own roles and the shipped permissions", () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  const open = (jobId: string, access: TenantAccess): Promise<TenantScope> => {
    const settings = clientSettings('own', REGION, world.as('CleanUpRole'));
    const options = { sts: new STSClient(settings), secrets: new SecretsManagerClient(settings) };
    const scopes = createTenantScopes({ ...options, hubRoleArn: world.arn('HubRole'), region: REGION });
    return scopes.open(world.tenants[0], jobId, access);
  };
  const tagsOf = (jobId: string): Tags => ({ [TAG.job]: jobId, [TAG.operation]: freshId('op'), [TAG.restore]: 'rp-1' });

  /** A running instance of the tenant's own, and what it has. */
  const anInstance = async (name: string) => {
    const instanceId = await launchInstance(world.ec2(0), name);
    const look = await open(freshId('job'), { to: 'look' });
    const seen = await until(
      () => look.instances.describe(instanceId),
      (answer) => answer?.state === 'running',
    );
    assert.ok(seen);
    const at = (device: string): string => seen.volumes.find((each) => each.device === device)?.volumeId ?? '';
    return { instanceId, zone: seen.configuration.availabilityZone, root: at('/dev/xvda'), data: at('/dev/sdf') };
  };

  /** A volume of the job's own, filled from a snapshot of ours. */
  const aVolume = async (jobId: string, instanceId: string, zone: string, sourceVolumeId: string) => {
    const protect = await open(jobId, { to: 'protect' });
    const set = await protect.snapshots.createForInstance(instanceId, [], tagsOf(jobId));
    const snapshotId = set.find(({ volumeId }) => volumeId === sourceVolumeId)?.snapshotId ?? '';
    await until(
      () => protect.snapshots.describe([snapshotId]),
      ([snapshot]) => snapshot?.state === 'completed',
    );
    const scope = await open(jobId, { to: 'restore' });
    const clientToken = freshId('op');
    const request = { snapshotId, availabilityZone: zone, sizeGiB: 1, volumeType: 'gp3', iops: 3_000, throughput: 125 };
    const tags: Tags = { ...tagsOf(jobId), owner: 'dba' };
    const { volumeId } = await scope.volumes.create({ ...request, clientToken, tags });
    assert.deepEqual(await scope.volumes.create({ ...request, clientToken, tags }), { volumeId }, 'made once');
    await becomes(scope, volumeId, ({ state }) => state === 'available');
    return { scope, volumeId, snapshotId, request, tags };
  };

  const becomes = async (scope: TenantScope, volumeId: string, fits: (volume: DescribedVolume) => boolean) => {
    const [volume] = await until(
      () => scope.volumes.describe([volumeId]),
      ([answer]) => answer !== undefined && fits(answer),
    );
    assert.ok(volume);
    return volume;
  };
  const isFree = ({ state }: DescribedVolume): boolean => state === 'available';
  const isOn =
    (instanceId: string, device: string) =>
    ({ attachment }: DescribedVolume): boolean =>
      attachment?.instanceId === instanceId && attachment.device === device && attachment.state === 'attached';

  it('are made once from a snapshot, described, found and deleted', async () => {
    const jobId = freshId('job');
    const { instanceId, zone, data } = await anInstance('source');
    const { scope, volumeId, request, tags } = await aVolume(jobId, instanceId, zone, data);
    const [seen] = await scope.volumes.describe([volumeId, 'vol-0123456789abcdef0']);
    assert.deepEqual(seen, { volumeId, state: 'available', sizeGiB: 1, availabilityZone: zone, tags });
    const found = await scope.volumes.findByTag(TAG.operation, tags[TAG.operation] ?? '');
    assert.deepEqual(
      found.map((each) => each.volumeId),
      [volumeId],
    );
    assert.deepEqual((await scope.volumes.describe([data]))[0]?.attachment, {
      instanceId,
      device: '/dev/sdf',
      state: 'attached',
    });
    for (const bad of [
      { availabilityZone: `${REGION}z` },
      { snapshotId: 'snap-0123456789abcdef0' },
      { volumeType: 'io2', iops: 5 },
    ])
      await assert.rejects(
        scope.volumes.create({ ...request, ...bad, clientToken: freshId('op'), tags: tagsOf(jobId) }),
        { name: 'VolumeFailed' },
      );
    await scope.volumes.delete(volumeId);
    await scope.volumes.delete(volumeId);
    await until(
      () => scope.volumes.describe([volumeId]),
      (answer) => answer.length === 0,
    );
    await scope.volumes.delete(volumeId);
  });

  it('can be encrypted as they are made', async () => {
    const jobId = freshId('job');
    const { instanceId, zone, data } = await anInstance('plain');
    const { scope, request } = await aVolume(jobId, instanceId, zone, data);
    const made = { ...request, clientToken: freshId('op'), tags: tagsOf(jobId), encryption: {} };
    const { volumeId } = await scope.volumes.create(made);
    await becomes(scope, volumeId, isFree);
    await scope.volumes.delete(volumeId);
  });

  it('replace those of the one instance that was named, which are marked, and go back', async () => {
    const jobId = freshId('job');
    const { instanceId, zone, data } = await anInstance('in place');
    const { volumeId } = await aVolume(jobId, instanceId, zone, data);
    const replace = await open(jobId, { to: 'replace', instanceId });
    await replace.instances.stop(instanceId);
    await replace.instances.stop(instanceId);
    await until(
      () => replace.instances.describe(instanceId),
      (answer) => answer?.state === 'stopped',
    );
    await replace.volumes.detach(data, instanceId);
    await replace.volumes.detach(data, instanceId);
    const old = await becomes(replace, data, isFree);
    assert.deepEqual(old.tags, { owner: 'dba', [REPLACED_BY]: jobId });
    await replace.volumes.attach(volumeId, instanceId, '/dev/sdf');
    await replace.volumes.attach(volumeId, instanceId, '/dev/sdf');
    await becomes(replace, volumeId, isOn(instanceId, '/dev/sdf'));
    await assert.rejects(replace.volumes.attach(volumeId, instanceId, '/dev/sdh'), { name: 'VolumeFailed' });
    await assert.rejects(replace.volumes.delete(volumeId), { name: 'TenantAccessLost' }, 'a clean-up does');
    await replace.instances.setDeleteOnTermination(instanceId, { '/dev/sdf': true });

    // The restore fails: what was is put back.
    const cleanUp = await open(jobId, { to: 'clean-up', instanceId });
    await assert.rejects(cleanUp.volumes.delete(volumeId), { name: 'VolumeFailed', message: /is attached to i-/ });
    await cleanUp.volumes.detach(volumeId, instanceId);
    await until(
      async () => (await cleanUp.volumes.describe([volumeId]))[0]?.state,
      (state) => state === 'available',
    );
    await cleanUp.volumes.delete(volumeId);
    await cleanUp.volumes.attach(data, instanceId, '/dev/sdf');
    const back = await becomes(cleanUp, data, isOn(instanceId, '/dev/sdf'));
    assert.deepEqual(back.tags, { owner: 'dba' }, 'the mark is off again');
    await cleanUp.instances.setDeleteOnTermination(instanceId, { '/dev/sdf': false });
    // Whoever puts volumes back finds the instance running, and stops it first.
    await cleanUp.instances.start(instanceId);
    await until(
      () => cleanUp.instances.describe(instanceId),
      (answer) => answer?.state === 'running',
    );
    await cleanUp.instances.stop(instanceId);
    await until(
      () => cleanUp.instances.describe(instanceId),
      (answer) => answer?.state === 'stopped',
    );
    await cleanUp.instances.start(instanceId);
    await cleanUp.instances.start(instanceId);
    const running = await until(
      () => cleanUp.instances.describe(instanceId),
      (answer) => answer?.state === 'running',
    );
    assert.equal(running?.volumes.length, 3);
  });

  it('are deleted in place only after they were replaced, and by no other job', async () => {
    const jobId = freshId('job');
    const { instanceId, root, data } = await anInstance('remove');
    const replace = await open(jobId, { to: 'replace', instanceId });
    await assert.rejects(replace.volumes.detach(root, instanceId), { name: 'VolumeFailed' }, 'it runs');
    await assert.rejects(replace.volumes.delete(data), { name: 'TenantAccessLost' });
    await replace.volumes.detach(data, instanceId);
    await becomes(replace, data, isFree);
    const other = await open(freshId('job'), { to: 'replace', instanceId });
    await assert.rejects(other.volumes.delete(data), { name: 'TenantAccessLost' });
    await replace.volumes.delete(data);
    await until(
      () => replace.volumes.describe([data]),
      (answer) => answer.length === 0,
    );
  });

  it('of another instance, and another job’s, are out of reach', async () => {
    const jobId = freshId('job');
    const [mine, foreign] = [await anInstance('mine'), await anInstance('foreign')];
    const { volumeId } = await aVolume(freshId('job'), mine.instanceId, mine.zone, mine.data);
    const lost = { name: 'TenantAccessLost' };
    for (const to of ['replace', 'clean-up'] as const) {
      const scope = await open(jobId, { to, instanceId: mine.instanceId });
      await assert.rejects(scope.volumes.detach(foreign.data, foreign.instanceId), lost);
      await assert.rejects(scope.volumes.attach(volumeId, foreign.instanceId, '/dev/sdh'), lost);
      await assert.rejects(scope.volumes.attach(volumeId, mine.instanceId, '/dev/sdh'), lost, "another job's");
      await assert.rejects(scope.volumes.delete(volumeId), lost);
      await assert.rejects(scope.volumes.tag(volumeId, { a: 'b' }), lost);
      await assert.rejects(scope.instances.stop(foreign.instanceId), lost);
      await assert.rejects(scope.instances.terminate(mine.instanceId), lost, 'changed, never removed');
    }
    for (const to of ['look', 'protect', 'restore'] as const) {
      const scope = await open(jobId, { to });
      await assert.rejects(scope.volumes.detach(mine.data, mine.instanceId), lost);
      await assert.rejects(scope.instances.stop(mine.instanceId), lost);
      await assert.rejects(scope.instances.setDeleteOnTermination(mine.instanceId, { '/dev/sdf': true }), lost);
    }
    const [untouched] = await (await open(jobId, { to: 'look' })).volumes.describe([mine.data]);
    assert.deepEqual(untouched?.tags, { owner: 'dba' });
  });

  it('are attached once though the answer is lost, and wait while a state is changing', async () => {
    const jobId = freshId('job');
    const { instanceId, zone, data } = await anInstance('lost answers');
    const { volumeId } = await aVolume(jobId, instanceId, zone, data);
    const replace = await open(jobId, { to: 'replace', instanceId });
    for (const [operation, run] of [
      ['AttachVolume', () => replace.volumes.attach(volumeId, instanceId, '/dev/sdh')],
      ['DetachVolume', () => replace.volumes.detach(volumeId, instanceId)],
    ] as const) {
      const fault = world.cloud.faults.add({ service: 'ec2', operation, kind: 'error-500', nth: 1 });
      const outcome = await run().then(
        () => 'done',
        ({ name }: Error) => name,
      );
      assert.equal(fault.fired, 1);
      fault.remove();
      // Whether it took effect or not: doing it again is right.
      assert.match(outcome, /done|TransientFailure/);
      await until(
        () =>
          run()
            .then(() => 'done')
            .catch(({ name }: Error) => name),
        (answer) => answer === 'done',
      );
    }
    await becomes(replace, volumeId, isFree);
    await replace.instances.stop(instanceId);
    await assert.rejects(replace.instances.start(instanceId), { name: 'TransientFailure' }, 'it is stopping');
    await assert.rejects(replace.instances.start('i-0123456789abcdef0'), { name: /InstanceNotFound|TenantAccessLost/ });
  });
});
