/** What the reaper compares with the records it reads to the last page: what is behind one it would never find. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  type EC2Client,
  RegisterImageCommand,
  type ResourceType,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { everythingOfOurs } from '../../adapters/aws/ec2-ours.ts';
import { createS3OpenUploads } from '../../adapters/aws/s3-open-uploads.ts';
import { createScheduleList } from '../../adapters/aws/scheduler-schedule-list.ts';
import type { TenantReach } from '../../adapters/aws/tenant-reach.ts';
import { TAG } from '../../core/domain/effect.ts';
import { TenantAccessLost, TransientFailure } from '../../core/domain/errors.ts';
import type { TaggedThing } from '../../core/ports/tenant-scope.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { REGION, startWorld, until, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

const TAGS = [{ Key: TAG.job, Value: 'job-of-nobody' }];
const tagged = (ResourceType: ResourceType) => [{ ResourceType, Tags: TAGS }];

/** The least that EC2 takes for a page. */
const PAGE = 5;
/** Of each kind: three pages, the last one not full. */
const MANY = 12;

const fill = async (ec2: EC2Client): Promise<void> => {
  const AvailabilityZone = `${REGION}a`;
  const volumes: string[] = [];
  for (let n = 0; n < MANY; n++) {
    const input = { AvailabilityZone, Size: 1, TagSpecifications: tagged('volume') };
    volumes.push((await ec2.send(new CreateVolumeCommand(input))).VolumeId ?? '');
  }
  const snapshots: string[] = [];
  for (const VolumeId of volumes) {
    const take = () => ec2.send(new CreateSnapshotCommand({ VolumeId, TagSpecifications: tagged('snapshot') }));
    snapshots.push((await take()).SnapshotId ?? '');
  }
  await until(
    () => ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: snapshots })),
    ({ Snapshots = [] }) => Snapshots.every(({ State }) => State === 'completed'),
  );
  for (const [n, SnapshotId] of snapshots.entries())
    await ec2.send(
      new RegisterImageCommand({
        ...{ Name: `image ${n}`, Architecture: 'x86_64', RootDeviceName: '/dev/xvda', VirtualizationType: 'hvm' },
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
        TagSpecifications: tagged('image'),
      }),
    );
  for (let n = 0; n < MANY; n++)
    await ec2.send(
      new RunInstancesCommand({
        ...{ ImageId: SEED_IMAGES.linux, InstanceType: 't3.small', MinCount: 1, MaxCount: 1 },
        TagSpecifications: tagged('instance'),
      }),
    );
};

type Call = TenantReach['call'];
const reachOf = (ec2: EC2Client, call: Call): TenantReach =>
  ({ ec2, call, wait: async () => undefined }) as unknown as TenantReach;

const look = async (reach: TenantReach) => {
  const things: TaggedThing[] = [];
  const failed: string[] = [];
  for await (const page of everythingOfOurs(reach, PAGE)) {
    things.push(...page.things);
    if (page.failed) failed.push(`${page.failed.list} ${(page.failed.error as Error).name}`);
  }
  const count = (kind: TaggedThing['kind']): number =>
    new Set(things.filter((each) => each.kind === kind).map(({ id }) => id)).size;
  return {
    counts: [count('instance'), count('volume'), count('image'), count('snapshot')],
    all: things.length,
    failed,
  };
};

test('an account is looked through to the last page of each list, each thing once', { timeout: 60_000 }, async () => {
  const ec2 = world.ec2(1);
  await fill(ec2);
  const calls: string[] = [];
  let throttled = 0;
  const call: Call = async (action, run) => {
    calls.push(action);
    if (calls.length % 3 === 0 && throttled++ >= 0) throw new TransientFailure('ThrottlingException');
    return run();
  };
  const whole = { counts: [MANY, MANY, MANY, MANY], all: 4 * MANY, failed: [] };
  assert.deepEqual(await look(reachOf(ec2, call)), whole, 'though every third call is throttled');
  assert.ok(calls.length >= 12 + throttled && throttled > 3, `${calls.length} calls, ${throttled} throttled`);
  const denied: Call = (action, run) => {
    if (action === 'ec2:DescribeVolumes') return Promise.reject(new TenantAccessLost('denied'));
    return run();
  };
  assert.deepEqual(await look(reachOf(ec2, denied)), {
    ...{ counts: [MANY, 0, MANY, MANY], all: 3 * MANY, failed: ['ec2:DescribeVolumes TenantAccessLost'] },
  });
});

test('uploads in parts are listed to the last page, of each bucket', async () => {
  const client = new S3Client({ region: REGION });
  const begun = new Date(1_000);
  const mock = mockClient(client);
  const page = (Bucket: string, after: object, more: object, ...ids: string[]): void => {
    const Uploads = ids.map((UploadId) => ({ Key: 'key', UploadId, Initiated: begun }));
    mock.on(ListMultipartUploadsCommand, { Bucket, ...after }, true).resolves({ Uploads, ...more });
  };
  const marker = { KeyMarker: 'key', UploadIdMarker: 'u2' };
  page('work', {}, { IsTruncated: true, NextKeyMarker: 'key', NextUploadIdMarker: 'u2' }, 'u1', 'u2');
  page('work', marker, { IsTruncated: true, NextKeyMarker: 'last' });
  page('work', { KeyMarker: 'last' }, { IsTruncated: false }, 'u3');
  page('library', {}, { IsTruncated: false }, 'u4');
  const uploads = await createS3OpenUploads({ client, buckets: ['work', 'library'] }).list();
  const expected = ['work u1', 'work u2', 'work u3', 'library u4'];
  assert.deepEqual(
    uploads.map(({ bucket, uploadId }) => `${bucket} ${uploadId}`),
    expected,
  );
});

test('schedules are listed to the last page', async () => {
  const client = new SchedulerClient({ region: REGION });
  const mock = mockClient(client);
  const schedule = (Name: string) => ({ Name, CreationDate: new Date(1_000) });
  const first = { GroupName: 'group', MaxResults: 100 };
  mock.on(ListSchedulesCommand, first, true).resolves({ Schedules: [schedule('a')], NextToken: 'more' });
  mock.on(ListSchedulesCommand, { ...first, NextToken: 'more' }, true).resolves({ Schedules: [], NextToken: 'last' });
  mock.on(ListSchedulesCommand, { ...first, NextToken: 'last' }, true).resolves({ Schedules: [schedule('b')] });
  const names = await createScheduleList({ client, group: 'group' }).names();
  assert.deepEqual(
    names.map(({ name }) => name),
    ['a', 'b'],
  );
});
