import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { TenantAccess, TenantScope } from '../../core/ports/tenant-scope.ts';
import type { DescribedVolume } from '../../core/ports/tenant-volumes.ts';
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
