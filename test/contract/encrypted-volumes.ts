import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AttachVolumeCommand, CreateVolumeCommand } from '@aws-sdk/client-ec2';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { clientSettings } from '../../adapters/aws/clients.ts';
import type { DescribedInstance } from '../../core/ports/tenant-instances.ts';
import { until } from '../adapters/world.ts';
import { freshName, REGION, type TheCloud } from './cloud.ts';
import {
  completedSet,
  ec2Of,
  isFree,
  isOn,
  openTenant,
  runningInstance,
  tagsOf,
  volumeAt,
  volumeBecomes,
} from './tenants.ts';

/** Keys of the tenant's own: what may be done with them, unlike with AWS's `aws/ebs`, IAM says. */
export const encryptedVolumesContract = (cloud: TheCloud): void => {
  describe("volumes under a tenant's own keys", () => {
    let keys: readonly string[];
    let source: DescribedInstance;
    let set: ReadonlyMap<string, string>;
    const jobId = freshName('job');
    before(async () => {
      const kms = new KMSClient(clientSettings('own', REGION, cloud().root(0)));
      const made = [await kms.send(new CreateKeyCommand({})), await kms.send(new CreateKeyCommand({}))];
      keys = made.map(({ KeyMetadata }) => KeyMetadata?.Arn ?? '');
      source = await encryptedOn('encrypted');
      const snapshots = await completedSet(await openTenant(cloud, jobId, { to: 'protect' }), jobId, source);
      set = new Map(source.volumes.map(({ device }, i) => [device, snapshots[i] ?? '']));
    });

    /** A running instance with a volume under the tenant's first key at /dev/sdk. */
    const encryptedOn = async (name: string): Promise<DescribedInstance> => {
      const { configuration } = await runningInstance(cloud, name);
      const { instanceId, availabilityZone } = configuration;
      const look = await openTenant(cloud, freshName('job'), { to: 'look' });
      const { VolumeId = '' } = await ec2Of(cloud).send(
        new CreateVolumeCommand({ AvailabilityZone: availabilityZone, Size: 1, Encrypted: true, KmsKeyId: keys[0] }),
      );
      await volumeBecomes(look, VolumeId, isFree);
      await ec2Of(cloud).send(new AttachVolumeCommand({ VolumeId, InstanceId: instanceId, Device: '/dev/sdk' }));
      await volumeBecomes(look, VolumeId, isOn(instanceId, '/dev/sdk'));
      const seen = await until(
        () => look.instances.describe(instanceId),
        (answer) => answer?.volumes.length === 4,
      );
      assert.ok(seen);
      return seen;
    };

    it('say that they are encrypted, and with which key', () => {
      const volume = source.volumes.find(({ device }) => device === '/dev/sdk');
      assert.deepEqual([volume?.encrypted, volume?.kmsKeyId], [true, keys[0]]);
    });

    for (const [what, device, key] of [
      ['come back under their key', '/dev/sdk', undefined],
      ['come back under another key', '/dev/sdk', 1],
      ['are encrypted for the first time', '/dev/sdf', 0],
    ] as const)
      it(what, async () => {
        const restore = await openTenant(cloud, jobId, { to: 'restore' });
        const made = await restore.volumes.create({
          ...{ snapshotId: set.get(device) ?? '', availabilityZone: source.configuration.availabilityZone },
          ...{ sizeGiB: 1, volumeType: 'gp3', clientToken: freshName('op'), tags: tagsOf(jobId) },
          ...(key === undefined ? {} : { encryption: { kmsKeyId: keys[key] ?? '' } }),
        });
        await volumeBecomes(restore, made.volumeId, isFree);
        await restore.volumes.delete(made.volumeId);
      });

    it('go back to their instance when a restore in their place fails', async () => {
      const instance = await encryptedOn('in place');
      const { instanceId } = instance.configuration;
      const volumeId = volumeAt(instance, '/dev/sdk');
      const replace = await openTenant(cloud, jobId, { to: 'replace', instanceId });
      await replace.volumes.detach(volumeId, instanceId);
      await volumeBecomes(replace, volumeId, isFree);
      const putBack = await openTenant(cloud, jobId, { to: 'clean-up', instanceId });
      await putBack.volumes.attach(volumeId, instanceId, '/dev/sdk');
      const back = await volumeBecomes(putBack, volumeId, isOn(instanceId, '/dev/sdk'));
      assert.deepEqual(back.tags, {}, 'the mark is off again');
    });
  });
};
