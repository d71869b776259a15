/**
 * A sweep that an operator asks for, under the API's role and the shipped permissions, over EC2, S3, SQS and the rest as they
 * are reached. That of the schedule has a role of its own: reaper-as-deployed.test.ts.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AttachVolumeCommand,
  CopySnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  RegisterImageCommand,
  type ResourceType,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createS3OpenUploads } from '../../adapters/aws/s3-open-uploads.ts';
import { createScheduleList } from '../../adapters/aws/scheduler-schedule-list.ts';
import { createSchedulerSchedules } from '../../adapters/aws/scheduler-schedules.ts';
import { createSqsQueues } from '../../adapters/aws/sqs-queues.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { TAG } from '../../core/domain/effect.ts';
import { attemptName } from '../../core/domain/protected-instance.ts';
import { createPlanSweep } from '../../core/steps/reaper/plan-sweep.ts';
import type { ReaperDeps } from '../../core/steps/reaper/reaper-deps.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { changeEc2Settings } from '../../local/ec2/settings.ts';
import { GRACE, HOUR, reaperWorld } from '../core/reaper-world.ts';
import { aPoint, aVolume } from './records.ts';
import { launchInstance, REGION, startWorld, until, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

const tagged = (type: ResourceType, tags: Readonly<Record<string, string>>) => [
  { ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
];

/** Records in memory, everything else as it is deployed; the records' clock is that of the cloud, past every grace. */
const open = () => {
  const records = reaperWorld();
  records.later(Date.now() - records.now() + GRACE + HOUR);
  records.records.hypervisors.clear();
  for (const tenant of world.tenants) records.records.hypervisors.set(tenant.hypervisorId, tenant);
  const own = clientSettings('own', REGION, world.as('OperatorApiRole'));
  const group = 'holdfast-test';
  const scheduler = new SchedulerClient(own);
  const deps: ReaperDeps = {
    ...records.deps,
    scopes: createTenantScopes({
      ...{ sts: new STSClient(own), secrets: new SecretsManagerClient(own) },
      ...{ hubRoleArn: world.arn('HubRole'), region: REGION },
    }),
    schedules: createSchedulerSchedules({
      ...{ client: scheduler, group, targetArn: 'arn:aws:lambda:x', roleArn: world.arn('SchedulerRole') },
    }),
    scheduleList: createScheduleList({ client: scheduler, group }),
    uploads: createS3OpenUploads({
      client: new S3Client(own),
      buckets: [world.ref('WorkBucket'), world.ref('LibraryBucket')],
    }),
    queues: createSqsQueues({ client: new SQSClient(own) }),
  };
  return { ...records, deps, own };
};

/** All that there is in an account. */
const picture = async (ec2: EC2Client) => {
  const [instances, volumes, snapshots, images] = await Promise.all([
    ec2.send(new DescribeInstancesCommand({})),
    ec2.send(new DescribeVolumesCommand({})),
    ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
    ec2.send(new DescribeImagesCommand({ Owners: ['self'] })),
  ]);
  const living = (instances.Reservations ?? [])
    .flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => State?.Name === 'running' || State?.Name === 'stopped');
  return [
    ...living.map(({ InstanceId }) => InstanceId ?? ''),
    ...(volumes.Volumes ?? []).map(({ VolumeId }) => VolumeId ?? ''),
    ...(snapshots.Snapshots ?? []).map(({ SnapshotId }) => SnapshotId ?? ''),
    ...(images.Images ?? []).map(({ ImageId }) => ImageId ?? ''),
  ].sort();
};

test('orphans of every kind are what a plan shows and a sweep removes; all else stays; then there is nothing', {
  timeout: 60_000,
}, async () => {
  const { deps, job, effect, tagsOf, records, own, executionStates, later } = open();
  const ec2 = world.ec2(0);
  const { hypervisorId: tenantId } = world.tenants[0];
  const own1 = await launchInstance(ec2, 'theirs');
  await until(
    () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [own1] })),
    ({ Reservations }) => Reservations?.[0]?.Instances?.[0]?.State?.Name === 'running',
  );
  const AvailabilityZone = `${REGION}a`;
  const failed = job({ tenantId, endedAt: Date.now() });
  const running = job({ tenantId, state: 'running' });
  executionStates.set(attemptName(running.jobId, 1), 'RUNNING');
  const snapshotsOf = async (tags: Readonly<Record<string, string>>): Promise<string[]> => {
    const { Snapshots = [] } = await ec2.send(
      new CreateSnapshotsCommand({
        InstanceSpecification: { InstanceId: own1, ExcludeBootVolume: true },
        TagSpecifications: tagged('snapshot', tags),
      }),
    );
    return Snapshots.map(({ SnapshotId }) => SnapshotId ?? '');
  };
  const orphans = new Set<string>();
  const gone = (...ids: (string | undefined)[]): void => {
    for (const id of ids) orphans.add(id ?? '');
  };
  const ofInstance = await ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [own1] }] }),
  );
  const volumeIds = (ofInstance.Volumes ?? []).map(({ VolumeId }) => VolumeId ?? '');
  const snapshots = await snapshotsOf(tagsOf(effect(failed, 'snapshots', { volumeIds })));
  gone(...snapshots);
  await until(
    () => ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: snapshots })),
    ({ Snapshots = [] }) => Snapshots.every(({ State }) => State === 'completed'),
  );
  const volume = await ec2.send(
    new CreateVolumeCommand({
      AvailabilityZone,
      Size: 1,
      TagSpecifications: tagged('volume', tagsOf(effect(failed, 'volume'))),
    }),
  );
  gone(volume.VolumeId);
  const image = await ec2.send(
    new RegisterImageCommand({
      ...{ Name: 'left behind', Architecture: 'x86_64', RootDeviceName: '/dev/xvda', VirtualizationType: 'hvm' },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshots[0] ?? '' } }],
      TagSpecifications: tagged('image', tagsOf(effect(failed, 'image'))),
    }),
  );
  gone(image.ImageId);
  const launching = effect(failed, 'instance');
  const launch = tagsOf(launching);
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ...{
        ImageId: SEED_IMAGES.linux,
        InstanceType: 't3.small',
        MinCount: 1,
        MaxCount: 1,
        DisableApiTermination: true,
      },
      TagSpecifications: [...tagged('instance', launch), ...tagged('volume', launch)],
    }),
  );
  const launched = Instances?.[0]?.InstanceId ?? '';
  gone(launched);
  effect(failed, 'instance', { ...launching, resourceIds: [launched] });

  // What stays: of a running job, of a point, of the tenant's own, and what only looks like ours.
  await snapshotsOf(tagsOf(effect(running, 'snapshots')));
  const kept = await snapshotsOf(tagsOf(effect(failed, 'snapshots', { state: 'kept' })));
  const volumes = kept.map((snapshotId) => ({ ...aVolume(1, [1]), snapshotId }));
  const point = { ...aPoint(tenantId, own1, volumes), kind: 'snapshot', state: 'available' } as const;
  records.points.set(point.recoveryPointId, point);
  const attached = await ec2.send(
    new CreateVolumeCommand({
      AvailabilityZone,
      Size: 1,
      TagSpecifications: tagged('volume', tagsOf(effect(failed, 'volume'))),
    }),
  );
  await until(
    () => ec2.send(new DescribeVolumesCommand({ VolumeIds: [attached.VolumeId ?? ''] })),
    ({ Volumes }) => Volumes?.[0]?.State === 'available',
  );
  await ec2.send(new AttachVolumeCommand({ VolumeId: attached.VolumeId, InstanceId: own1, Device: '/dev/sdx' }));
  const copied = await snapshotsOf({ owner: 'dba' });
  const Tags = Object.entries(tagsOf(effect(failed, 'volume'))).map(([Key, Value]) => ({ Key, Value }));
  await ec2.send(new CreateTagsCommand({ Resources: copied, Tags }));
  // A copy has "an arbitrary volume ID": nothing may hang on which.
  for (const volumeOfCopies of ['vol-ffffffff', 'vol-0123456789abcdef0']) {
    changeEc2Settings(world.cloud.kernel.store, { volumeOfCopies });
    const copy = await ec2.send(
      new CopySnapshotCommand({
        ...{ SourceRegion: REGION, SourceSnapshotId: snapshots[0] ?? '' },
        TagSpecifications: tagged('snapshot', tagsOf(effect(failed, 'snapshots', { volumeIds }))),
      }),
    );
    copied.push(copy.SnapshotId ?? '');
  }
  await until(
    () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [launched] })),
    ({ Reservations }) => Reservations?.[0]?.Instances?.[0]?.State?.Name === 'running',
  );
  const withVolumes = (
    await ec2.send(new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [launched] }] }))
  ).Volumes?.map(({ VolumeId }) => VolumeId ?? '');
  const all = await picture(ec2);

  // The service side.
  const admin = clientSettings('own', REGION, world.as('OperatorApiRole'));
  const root = world.cloud.admin.rootPrincipal(world.arn('HubRole').split(':')[4] ?? '');
  const upload = { Bucket: world.ref('WorkBucket'), Key: 'work/half' };
  await world.cloud.kernel.call(root, REGION, 's3', 'CreateMultipartUpload', upload);
  await new SchedulerClient(admin).send(
    new CreateScheduleCommand({
      ...{ Name: 'plan-gone-backup', GroupName: 'holdfast-test', ScheduleExpression: 'rate(1 day)' },
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: 'arn:aws:lambda:eu-central-1:999999999999:function:x', RoleArn: world.arn('SchedulerRole') },
    }),
  );
  const half = 'hv-0199aaaa-0000-7000-8000-00000000dead';
  await new SQSClient(own).send(new CreateQueueCommand({ QueueName: `holdfast-test-${half}-work` }));
  const auth = { method: 'iam-role' } as const;
  const accountId = '999999999999';
  await deps.catalog.serviceIntents.intend({
    ...{ hypervisorId: half, kind: 'service', accountId, region: REGION, auth, at: Date.now(), state: 'intended' },
  });

  const plan = await createPlanSweep(deps)(undefined, Number.POSITIVE_INFINITY);
  assert.deepEqual(plan.notLookedAt, []);
  const inAccount = plan.findings.filter(({ region }) => region !== undefined);
  const due = inAccount.filter(({ findingId }) => plan.due.has(findingId)).map(({ subject }) => subject);
  assert.deepEqual(due.toSorted(), [...orphans].sort());
  assert.deepEqual(await picture(ec2), all, 'a plan changes nothing');
  const outcome = await createSweep(deps)({});
  assert.deepEqual([outcome.failed, outcome.problems], [0, []], JSON.stringify([...records.findings.values()]));
  assert.equal(outcome.removed, orphans.size + 2, 'and a schedule, and what was begun for a hypervisor');
  const left = new Set([...orphans, ...(withVolumes ?? [])]);
  const rest = await until(
    () => picture(ec2),
    (now) => !now.some((id) => left.has(id)),
  );
  assert.deepEqual(
    rest,
    all.filter((id) => !left.has(id)),
  );
  assert.equal(await deps.queues.find(`holdfast-test-${half}-work`), undefined);
  const second = await createSweep(deps)({});
  assert.deepEqual([second.removed, second.failed], [0, 0]);
  const shown = [...records.findings.values()].map(({ subject }) => subject);
  const theirs = [...copied, attached.VolumeId ?? ''];
  assert.deepEqual(shown.sort(), theirs.sort(), 'what only looks like ours is shown, and what is in use');
  later(8 * 24 * HOUR);
  const third = await createSweep(deps)({});
  assert.deepEqual([third.removed, third.failed], [1, 0], 'an upload may be of a job for as long as one lasts');
});

test('what is ours in an account whose access was taken back is looked at all the same', async () => {
  const { deps } = open();
  const tenant = world.tenants[1];
  const Tags = { [TAG.job]: 'job-of-nobody' };
  await world.ec2(1).send(
    new CreateVolumeCommand({
      ...{ AvailabilityZone: `${REGION}a`, Size: 1 },
      TagSpecifications: tagged('volume', Tags),
    }),
  );
  const revoked = { ...tenant, revoked: { at: 1, by: 'ops', revision: 1 } };
  const scope = await deps.scopes.open(revoked, 'holdfast-reaper', { to: 'look', closing: true });
  const found: string[] = [];
  for await (const { things } of scope.ours()) found.push(...things.map(({ kind }) => kind));
  assert.deepEqual(found, ['volume']);
});
