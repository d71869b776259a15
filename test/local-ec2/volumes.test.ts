import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
  paginateDescribeVolumes,
} from '@aws-sdk/client-ec2';
import { newVolume, PROVIDER, startTestCloud, type TestCloud, until, ZONE } from './cloud.ts';
import { newInstance } from './instances.ts';

let t: TestCloud;
before(async () => {
  t = await startTestCloud();
});
after(() => t.stop());

const state = async (id: string) => {
  const { Volumes } = await t.ec2().send(new DescribeVolumesCommand({ VolumeIds: [id] }));
  return Volumes?.[0]?.State;
};

test('a volume goes from creating to available, is tagged at creation, and can be deleted', async () => {
  const ec2 = t.ec2();
  await t.control('PUT', '/ec2/settings', Buffer.from('{"volumeCreationMs":1500}'));
  const made = await ec2.send(
    new CreateVolumeCommand({
      AvailabilityZone: ZONE,
      Size: 2,
      VolumeType: 'gp3',
      Iops: 4000,
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'Name', Value: 'data & <more>' }] }],
    }),
  );
  assert.equal(made.State, 'creating');
  assert.deepEqual(made.Tags, [{ Key: 'Name', Value: 'data & <more>' }]);
  const id = made.VolumeId ?? '';
  await assert.rejects(ec2.send(new DeleteVolumeCommand({ VolumeId: id })), { name: 'IncorrectState' });
  await until(async () => (await state(id)) === 'available');
  await t.control('PUT', '/ec2/settings', Buffer.from('{"volumeCreationMs":0}'));
  const { Volumes } = await ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'tag:Name', Values: ['data*'] }] }),
  );
  assert.equal(Volumes?.length, 1);
  const { Size, Iops, Throughput, Encrypted, VolumeType, CreateTime } = Volumes?.[0] ?? {};
  assert.deepEqual(
    { Size, Iops, Throughput, Encrypted, VolumeType },
    { Size: 2, Iops: 4000, Throughput: 125, Encrypted: false, VolumeType: 'gp3' },
  );
  assert.ok(CreateTime instanceof Date);
  await ec2.send(new DeleteVolumeCommand({ VolumeId: id }));
  await until(() =>
    state(id).then(
      () => false,
      (error) => error.name === 'InvalidVolume.NotFound',
    ),
  );
});

test('the same client token makes one volume; with another request it is refused', async () => {
  const ec2 = t.ec2();
  const wish = { AvailabilityZone: ZONE, Size: 1, ClientToken: 'once' };
  const both = await Promise.all([ec2.send(new CreateVolumeCommand(wish)), ec2.send(new CreateVolumeCommand(wish))]);
  assert.equal(both[0].VolumeId, both[1].VolumeId);
  await assert.rejects(ec2.send(new CreateVolumeCommand({ ...wish, Size: 3 })), {
    name: 'IdempotentParameterMismatch',
  });
});

test('a volume is attached in its zone only, and only an available one is deleted', async () => {
  const ec2 = t.ec2();
  const instance = await newInstance(t);
  const id = await newVolume(ec2);
  const far = await newVolume(ec2, { AvailabilityZone: ZONE.replace(/a$/, 'b') });
  const attach = (VolumeId: string, Device: string) =>
    ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: instance, Device }));
  await assert.rejects(attach(far, '/dev/sdf'), { name: 'InvalidVolume.ZoneMismatch' });
  assert.equal((await attach(id, '/dev/sdf')).State, 'attaching');
  await assert.rejects(attach(id, '/dev/sdg'), { name: 'VolumeInUse' });
  await assert.rejects(attach(await newVolume(ec2), '/dev/sdf'), { name: 'InvalidParameterValue' });
  await assert.rejects(ec2.send(new DeleteVolumeCommand({ VolumeId: id })), { name: 'VolumeInUse' });
  await until(async () => {
    const { Volumes } = await ec2.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [instance] }] }),
    );
    return Volumes?.find(({ VolumeId }) => VolumeId === id)?.Attachments?.[0]?.State === 'attached';
  });
  await ec2.send(new DetachVolumeCommand({ VolumeId: id }));
  await until(async () => (await state(id)) === 'available');
  await assert.rejects(ec2.send(new DetachVolumeCommand({ VolumeId: id })), { name: 'IncorrectState' });
});

test("another account's volume is answered for like one that does not exist", async () => {
  const id = await newVolume(t.ec2());
  const other = t.ec2(PROVIDER);
  const absent = 'vol-0123456789abcdef0';
  const asks: ((id: string) => Promise<unknown>)[] = [
    (VolumeId) => other.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] })),
    (VolumeId) => other.send(new DeleteVolumeCommand({ VolumeId })),
    (VolumeId) => other.send(new CreateTagsCommand({ Resources: [VolumeId], Tags: [{ Key: 'a', Value: 'b' }] })),
    (VolumeId) => other.send(new CreateSnapshotCommand({ VolumeId })),
  ];
  for (const ask of asks) {
    const answers: string[] = [];
    for (const volume of [id, absent]) {
      const answer = await ask(volume).then(String, (e: Error) => `${e.name}: ${e.message.replaceAll(volume, 'ID')}`);
      answers.push(answer);
    }
    assert.match(answers[0] ?? '', /^InvalidVolume.NotFound/);
    assert.equal(answers[0], answers[1]);
  }
});

test('lists come in pages, and tags are found, changed and limited', async () => {
  const ec2 = t.ec2();
  const ids: string[] = [];
  for (let i = 0; i < 12; i++)
    ids.push(await newVolume(ec2, { TagSpecifications: tagged({ set: 'paged', [`n${i}`]: 'x' }) }));
  const seen: string[] = [];
  let pages = 0;
  const query = { Filters: [{ Name: 'tag:set', Values: ['paged'] }], MaxResults: 5 };
  for await (const page of paginateDescribeVolumes({ client: ec2 }, query)) {
    pages++;
    seen.push(...(page.Volumes ?? []).map(({ VolumeId = '' }) => VolumeId));
  }
  assert.equal(pages, 3);
  assert.deepEqual(seen, ids.toSorted());

  const [id = ''] = ids;
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'set', Value: 'other' }] }));
  await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'n0' }, { Key: 'set', Value: 'not this' }] }));
  const { Tags } = await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] }));
  assert.deepEqual(Tags, [{ Key: 'set', ResourceId: id, ResourceType: 'volume', Value: 'other' }]);
  const reserved = new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'aws:x', Value: '' }] });
  await assert.rejects(ec2.send(reserved), { name: 'InvalidParameterValue' });
  const many = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: '' }));
  await assert.rejects(ec2.send(new CreateTagsCommand({ Resources: [id], Tags: many })), { name: 'TagLimitExceeded' });
});

test('a volume grows and keeps its data; unknown parameters are refused; a dry run does nothing', async () => {
  const ec2 = t.ec2();
  const id = await newVolume(ec2);
  await t.control('PUT', `/volumes/${id}/data?offset=0`, Buffer.from('kept'));
  await ec2.send(new ModifyVolumeCommand({ VolumeId: id, Size: 3 }));
  assert.equal((await t.control('GET', `/volumes/${id}/data?offset=0&length=4`)).toString(), 'kept');
  await t.control('PUT', `/volumes/${id}/data?offset=${3 * 2 ** 30 - 1}`, Buffer.from('!'));
  const unknown = new CreateVolumeCommand({ AvailabilityZone: ZONE, Size: 1, OutpostArn: 'arn' });
  await assert.rejects(ec2.send(unknown), { name: 'UnknownParameter' });
  await assert.rejects(ec2.send(new DeleteVolumeCommand({ VolumeId: id, DryRun: true })), { name: 'DryRunOperation' });
  assert.equal(await state(id), 'available');
});

test('what is new may not be seen at first, if eventual consistency is set', async () => {
  const ec2 = t.ec2();
  await t.control('PUT', '/ec2/settings', Buffer.from('{"describeLagMs":1500}'));
  const { VolumeId: id = '' } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: ZONE, Size: 1 }));
  await assert.rejects(state(id), { name: 'InvalidVolume.NotFound' });
  await until(() =>
    state(id).then(
      (now) => now === 'available',
      () => false,
    ),
  );
  await t.control('PUT', '/ec2/settings', Buffer.from('{"describeLagMs":0}'));
});

const tagged = (tags: Record<string, string>) => [
  { ResourceType: 'volume' as const, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
];
