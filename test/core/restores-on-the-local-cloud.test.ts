/** The restore's steps in a tenant account of the local cloud, under the shipped permissions: every target, from a snapshot. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateSnapshotsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type EbsBlockDevice,
  type EC2Client,
  type Instance,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { GIB } from '../../core/contracts/ids.ts';
import type { RestoreTarget } from '../../core/contracts/job-requests.ts';
import { REPLACED_BY, TAG } from '../../core/domain/effect.ts';
import type { Job, RestoreRequest } from '../../core/domain/job.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { TenantScopes } from '../../core/ports/tenant-scope.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { aJob, aPoint, aService, aVolume, freshId } from '../adapters/records.ts';
import { REGION, startWorld, until, type World } from '../adapters/world.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { machineOf } from './restore-world.ts';

const inPlace = { kind: 'in-place', overwrite: true, replacedVolumes: 'keep' } as const satisfies RestoreTarget;

describe('restores in a tenant account, with the permissions that are shipped', () => {
  let world: World;
  let ec2: EC2Client;
  let scopes: TenantScopes;
  const serviceId = freshId('hv');
  const { catalog } = createInMemoryCatalog();

  before(async () => {
    world = await startWorld();
    ec2 = world.ec2(0);
    const settings = clientSettings('own', REGION, world.as('CleanUpRole'));
    scopes = createTenantScopes({
      sts: new STSClient(settings),
      secrets: new SecretsManagerClient(settings),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
    });
    const [tenant] = world.tenants;
    await catalog.hypervisors.add({ ...tenant, binding: { serviceId, boundAt: 1 } });
    await catalog.hypervisors.add(aService(serviceId, '111111111111'));
  });
  after(() => world.stop());

  const bytes = (volumeId: string) => `${world.cloud.endpoint}/_local/volumes/${volumeId}/data?offset=0`;
  const headers = () => ({ 'x-local-control': world.cloud.controlToken });
  const write = async (volumeId: string, byte: number): Promise<void> => {
    const answer = await fetch(bytes(volumeId), { method: 'PUT', headers: headers(), body: Buffer.alloc(4_096, byte) });
    assert.equal(answer.status, 200, await answer.text());
  };
  const read = async (volumeId: string): Promise<number> => {
    const answer = await fetch(`${bytes(volumeId)}&length=4096`, { headers: headers() });
    assert.equal(answer.status, 200);
    return Buffer.from(await answer.arrayBuffer())[0] as number;
  };
  const instanceOf = async (id: string): Promise<Instance> => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations?.[0]?.Instances?.[0] ?? {};
  };
  const volumesOf = async (id: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      ((await instanceOf(id)).BlockDeviceMappings ?? []).map((each) => [each.DeviceName, each.Ebs?.VolumeId]),
    );

  /** A running instance whose volumes hold 1, 2 at the recovery point, and 11, 12 now. */
  const protectedInstance = async (imageId: string = SEED_IMAGES.linux, encryption: EbsBlockDevice = {}) => {
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId: imageId,
        InstanceType: 't3.small',
        MinCount: 1,
        MaxCount: 1,
        BlockDeviceMappings: [
          { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1, DeleteOnTermination: false, ...encryption } },
        ],
        TagSpecifications: [
          { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] },
          { ResourceType: 'volume', Tags: [{ Key: 'owner', Value: 'dba' }] },
        ],
      }),
    );
    const instanceId = Instances?.[0]?.InstanceId as string;
    const scope = await scopes.open(world.tenants[0], freshId('job'), { to: 'look' });
    const instance = await until(
      () => scope.instances.describe(instanceId),
      (seen) => seen?.state === 'running',
    );
    assert.ok(instance);
    const all = [...instance.volumes].sort((a, b) => (a.device < b.device ? 1 : -1));
    for (const [at, { volumeId }] of all.entries()) await write(volumeId, at + 1);
    const { Snapshots } = await ec2.send(
      new CreateSnapshotsCommand({
        InstanceSpecification: { InstanceId: instanceId },
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: TAG.job, Value: freshId('job') }] }],
      }),
    );
    await until(
      () =>
        ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: Snapshots?.map((each) => each.SnapshotId as string) })),
      (answer) => (answer.Snapshots ?? []).every(({ State }) => State === 'completed'),
    );
    for (const [at, { volumeId }] of all.entries()) await write(volumeId, at + 11);
    const point: RecoveryPoint = {
      ...aPoint(world.tenants[0].hypervisorId, instanceId, []),
      kind: 'snapshot',
      state: 'available',
      serviceId,
      instance: instance.configuration,
      volumes: all.map((volume, at) => ({
        ...aVolume(at, [1]),
        ...volume,
        sizeBytes: volume.sizeGiB * GIB,
        snapshotId: Snapshots?.find(({ VolumeId }) => VolumeId === volume.volumeId)?.SnapshotId ?? '',
      })),
    };
    await catalog.points.add(point);
    return { instanceId, point, volumes: all };
  };

  const restore = async (point: RecoveryPoint, target: RestoreTarget, more: Partial<RestoreRequest> = {}) => {
    const job: Job = {
      ...aJob(world.tenants[0].hypervisorId),
      type: 'restore',
      request: {
        type: 'restore',
        queueDeadlineSeconds: 60,
        purpose: 'restore',
        transport: 'ebs-direct',
        streams: 1,
        recoveryPointId: point.recoveryPointId,
        target,
        volumeTags: 'restore',
        asked: { from: 'nearest', volumeTags: 'restore' },
        ...more,
      },
    };
    await catalog.jobs.add(job);
    return machineOf({ catalog, scopes, pause: 100 }, job, point.instanceId);
  };
  const done = async (...asked: Parameters<typeof restore>) => {
    const machine = await restore(...asked);
    await machine.run();
    const child = await machine.child();
    assert.equal(await machine.state(), 'completed', JSON.stringify(child?.error));
    await machine.cleanUp();
    assert.ok(child?.result);
    return child.result;
  };
  const looseVolumes = async (): Promise<string[]> => {
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
    return (Volumes ?? []).filter(({ State }) => State === 'available').map(({ VolumeId }) => VolumeId as string);
  };

  it('a new instance', async () => {
    const { point } = await protectedInstance();
    const { instanceId, volumes } = await done(point, { kind: 'new-instance', name: 'again' });
    assert.deepEqual(await Promise.all(volumes.map(({ volumeId }) => read(volumeId))), [1, 2]);
    const launched = await instanceOf(instanceId ?? '');
    assert.equal(launched.State?.Name, 'running');
    assert.ok(launched.Tags?.some(({ Key, Value }) => Key === 'Name' && Value === 'again'));
    assert.deepEqual((await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images, []);
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: volumes.map((each) => each.volumeId) }));
    for (const { Tags } of Volumes ?? []) assert.ok(Tags?.some(({ Key, Value }) => Key === 'owner' && Value === 'dba'));
  });

  it('a new Windows instance keeps its licence', async () => {
    const { point } = await protectedInstance(SEED_IMAGES.windows);
    assert.equal(point.instance.platform, 'Windows');
    const loose = await looseVolumes();
    const { instanceId, volumes } = await done(point, { kind: 'new-instance' });
    const launched = await instanceOf(instanceId ?? '');
    assert.deepEqual([launched.State?.Name, launched.PlatformDetails], ['running', 'Windows']);
    assert.deepEqual(await Promise.all(volumes.map(({ volumeId }) => read(volumeId))), [1, 2].slice(0, volumes.length));
    assert.equal(launched.BlockDeviceMappings?.length, point.volumes.length);
    assert.deepEqual(await looseVolumes(), loose, 'the donor’s root volume is gone');
  });

  it('in place: the old volumes are kept, detached', async () => {
    const { instanceId, point, volumes: old } = await protectedInstance();
    const flags = (await instanceOf(instanceId)).BlockDeviceMappings?.map((each) => each.Ebs?.DeleteOnTermination);
    const { replacedVolumes } = await done(point, inPlace);
    const now = await volumesOf(instanceId);
    assert.deepEqual(await Promise.all(old.map(({ device }) => read(now[device] ?? ''))), [1, 2]);
    assert.deepEqual(await Promise.all(old.map(({ volumeId }) => read(volumeId))), [11, 12]);
    assert.deepEqual(
      replacedVolumes,
      old.map(({ device, volumeId }) => ({ device, volumeId, kept: true })),
    );
    const instance = await instanceOf(instanceId);
    assert.equal(instance.State?.Name, 'running');
    assert.deepEqual(
      instance.BlockDeviceMappings?.map((each) => each.Ebs?.DeleteOnTermination).toSorted(),
      flags?.toSorted(),
    );
  });

  it('in place: the old volumes are removed once it has succeeded', async () => {
    const { instanceId, point, volumes: old } = await protectedInstance();
    const { replacedVolumes } = await done(point, { ...inPlace, replacedVolumes: 'remove' });
    assert.ok(replacedVolumes?.every(({ kept }) => !kept));
    const { Volumes } = await ec2.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'volume-id', Values: old.map((each) => each.volumeId) }] }),
    );
    assert.deepEqual(
      Volumes?.filter(({ State }) => State !== 'deleting'),
      [],
    );
    const now = await volumesOf(instanceId);
    assert.deepEqual(await Promise.all(old.map(({ device }) => read(now[device] ?? ''))), [1, 2]);
  });

  it('in place: old volumes that EC2 lets nobody delete stay, detached and marked; the data is restored, and the job says so', async () => {
    const { instanceId, point, volumes: old } = await protectedInstance();
    const fault = world.cloud.faults.add({ service: 'ec2', operation: 'DeleteVolume', kind: 'access-denied' });
    const machine = await restore(point, { ...inPlace, replacedVolumes: 'remove' });
    await machine.run();
    await machine.cleanUp();
    fault.remove();
    const child = await machine.child();
    assert.deepEqual([await machine.state(), child?.phase], ['completed with errors', 'done']);
    assert.deepEqual(
      child?.warnings?.map(({ name, message }) => [
        name,
        old.find(({ volumeId }) => message.includes(volumeId))?.device,
      ]),
      old.map(({ device }) => ['TenantAccessLost', device]),
    );
    for (const { message, tenantMessage } of child?.warnings ?? []) {
      assert.match(message, /does not allow ec2:DeleteVolume/);
      assert.doesNotMatch(tenantMessage ?? '', /111111111111/, 'who called is the service side');
    }
    const { Volumes = [] } = await ec2.send(
      new DescribeVolumesCommand({ VolumeIds: old.map(({ volumeId }) => volumeId) }),
    );
    for (const { State, Tags = [] } of Volumes) {
      assert.equal(State, 'available');
      assert.ok(Tags.some(({ Key }) => Key === REPLACED_BY));
    }
    const now = await volumesOf(instanceId);
    assert.deepEqual(await Promise.all(old.map(({ device }) => read(now[device] ?? ''))), [1, 2]);
  });

  it('in place, cancelled in the middle: the instance is as it was', async () => {
    const { instanceId, point, volumes: old } = await protectedInstance();
    const loose = await looseVolumes();
    const machine = await restore(point, inPlace);
    const running = machine.run();
    await until(
      async () => (await instanceOf(instanceId)).BlockDeviceMappings?.length ?? 0,
      (count) => count < 2,
    );
    await machine.cancel();
    await running;
    await machine.cleanUp();
    assert.equal(await machine.state(), 'cancelled');
    assert.deepEqual(
      await volumesOf(instanceId),
      Object.fromEntries(old.map(({ device, volumeId }) => [device, volumeId])),
    );
    const instance = await until(
      () => instanceOf(instanceId),
      ({ State }) => State?.Name === 'running',
    );
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: old.map((each) => each.volumeId) }));
    assert.deepEqual(new Set(Volumes?.flatMap(({ Tags }) => Tags?.map(({ Key }) => Key))), new Set(['owner']));
    assert.equal(instance.BlockDeviceMappings?.length, 2);
    assert.deepEqual(await looseVolumes(), loose);
  });

  it('volumes by themselves, and a volume attached to another instance', async () => {
    const { point, volumes: old } = await protectedInstance();
    const other = await protectedInstance();
    const alone = await done(point, { kind: 'volumes', volumeIds: [old[0]?.volumeId ?? ''] });
    assert.deepEqual([alone.volumes.length, await read(alone.volumes[0]?.volumeId ?? '')], [1, 1]);
    const data = old.find(({ device }) => device === '/dev/sdf')?.volumeId ?? '';
    const { volumes, instanceId } = await done(point, {
      kind: 'attach',
      instanceId: other.instanceId,
      volumeIds: [data],
    });
    assert.deepEqual([instanceId, volumes[0]?.device], [other.instanceId, '/dev/sdg']);
    assert.equal((await volumesOf(other.instanceId))['/dev/sdg'], volumes[0]?.volumeId);
  });

  it('encrypted volumes: under the account’s default key as they were, or under the key that was chosen', async () => {
    const { KeyMetadata } = await new KMSClient(clientSettings('tenant', REGION, world.accounts[0]?.user)).send(
      new CreateKeyCommand({}),
    );
    const key = KeyMetadata?.Arn as string;
    const { point, volumes: old } = await protectedInstance(SEED_IMAGES.linux, { Encrypted: true });
    const data = old.find(({ device }) => device === '/dev/sdf');
    assert.match(data?.kmsKeyId ?? '', /^arn:aws:kms:/, 'it is encrypted under the default key');
    const keysOf = async (ids: readonly { readonly volumeId: string }[]) => {
      const { Volumes } = await ec2.send(
        new DescribeVolumesCommand({ VolumeIds: ids.map(({ volumeId }) => volumeId) }),
      );
      return ids.map(({ volumeId }) => Volumes?.find(({ VolumeId }) => VolumeId === volumeId)?.KmsKeyId);
    };
    const same = await done(point, { kind: 'volumes' });
    assert.deepEqual(await keysOf(same.volumes), [undefined, data?.kmsKeyId]);
    const chosen = await done(point, { kind: 'volumes' }, { kmsKeyId: key });
    assert.deepEqual(await keysOf(chosen.volumes), [key, key]);
    assert.deepEqual(await Promise.all(chosen.volumes.map(({ volumeId }) => read(volumeId))), [1, 2]);
    const launched = await done(point, { kind: 'new-instance' }, { kmsKeyId: key });
    assert.deepEqual(await keysOf(launched.volumes), [key, key]);
    const kept = await done(point, { kind: 'new-instance' });
    assert.deepEqual(await keysOf(kept.volumes), [undefined, data?.kmsKeyId]);
  });
});
