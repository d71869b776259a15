import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeScalingActivitiesCommand,
  DescribeTagsCommand,
  paginateDescribeAutoScalingGroups,
  SetDesiredCapacityCommand,
  SetInstanceProtectionCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { createAutoScaling } from '../../local/autoscaling/service.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import type { LocalEvent, PolicyStatement } from '../../local/kernel/service.ts';
import { PROVIDER, REGION, startTestCloud, TENANT, type TestCloud, until } from '../local-ec2/cloud.ts';

let t: TestCloud;
let auto: AutoScalingClient;
let ec2: EC2Client;
const events: LocalEvent[] = [];
const clients: { destroy(): void }[] = [];

const keep = <T extends { destroy(): void }>(client: T): T => {
  clients.push(client);
  return client;
};
const config = (accountId: string) => ({
  endpoint: t.cloud.endpoint,
  region: REGION,
  credentials: t.cloud.admin.rootAccessKey(accountId),
  maxAttempts: 1,
});
const connect = () => {
  auto = keep(new AutoScalingClient(config(PROVIDER)));
  ec2 = keep(new EC2Client(config(PROVIDER)));
  t.cloud.kernel.onEvent((event) => void events.push(event));
};
before(async () => {
  t = await startTestCloud([createAutoScaling]);
  await t.control('PUT', '/autoscaling/settings', Buffer.from(JSON.stringify({ retryMs: 50 })));
  connect();
  const data = { ImageId: SEED_IMAGES.linux, InstanceType: 't3.micro' as const, IamInstanceProfile: { Name: 'node' } };
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'node', LaunchTemplateData: data }));
});
afterEach(async () => {
  const { AutoScalingGroups = [] } = await auto.send(new DescribeAutoScalingGroupsCommand({}));
  for (const { AutoScalingGroupName } of AutoScalingGroups)
    await auto.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }));
  await until(async () => {
    const { AutoScalingGroups: left } = await auto.send(new DescribeAutoScalingGroupsCommand({}));
    return left?.length === 0;
  });
});
after(async () => {
  for (const client of clients) client.destroy();
  await t.stop();
});

const zones = ['a', 'b', 'c'].map((letter) => `${REGION}${letter}`);
const create = (name: string, more: Partial<CreateAutoScalingGroupCommandInput> = {}, client = auto) =>
  client.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchTemplate: { LaunchTemplateName: 'node' },
      MinSize: 0,
      MaxSize: 6,
      AvailabilityZones: zones,
      ...more,
    }),
  );
const show = async (name: string) => {
  const { AutoScalingGroups } = await auto.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  return AutoScalingGroups?.[0];
};
/** The ids of its instances once exactly `count` are in service and none is coming or going. */
const settled = (name: string, count: number): Promise<string[]> =>
  until(async () => {
    const instances = (await show(name))?.Instances ?? [];
    if (instances.length !== count || !instances.every((one) => one.LifecycleState === 'InService')) return false;
    return instances.map((one) => one.InstanceId ?? '');
  });
const resize = (name: string, DesiredCapacity: number) =>
  auto.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity }));
const instances = async (ids: string[]) => {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ids }));
  return Reservations?.flatMap((one) => one.Instances ?? []) ?? [];
};

test('a group launches real instances by its template, spread over zones, with its tags, and they are heard of', async () => {
  events.length = 0;
  await create('nodes', {
    DesiredCapacity: 3,
    Tags: [
      { Key: 'holdfast', Value: 'node', PropagateAtLaunch: true },
      { Key: 'owner', Value: 'ops', PropagateAtLaunch: false },
    ],
  });
  const ids = await settled('nodes', 3);
  const launched = await instances(ids);
  assert.deepEqual(launched.map((one) => one.Placement?.AvailabilityZone).sort(), zones);
  for (const one of launched) {
    const tags = Object.fromEntries(one.Tags?.map(({ Key, Value }) => [Key, Value]) ?? []);
    assert.equal(tags['aws:autoscaling:groupName'], 'nodes');
    assert.equal(tags.holdfast, 'node');
    assert.equal(tags.owner, undefined);
    assert.equal(tags['aws:ec2launchtemplate:version'], '1');
    assert.match(one.IamInstanceProfile?.Arn ?? '', /instance-profile\/node$/);
  }
  const running = events.filter(({ detail }) => detail.state === 'running').map(({ detail }) => detail['instance-id']);
  assert.deepEqual(running.sort(), [...ids].sort());
  const records = await t.cloud.trail.records({ eventName: 'RunInstances', account: PROVIDER });
  const byService = records.filter(({ userIdentity }) => userIdentity.arn.includes('AWSServiceRoleForAutoScaling'));
  assert.equal(byService.length, 3);
});

test('an instance that is terminated or stopped is replaced, and the activities say why', async () => {
  await create('nodes', { DesiredCapacity: 2 });
  const [first = '', second = ''] = await settled('nodes', 2);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }));
  await until(async () => !(await show('nodes'))?.Instances?.some((one) => one.InstanceId === first));
  const now = await settled('nodes', 2);
  assert.ok(now.includes(second));
  await ec2.send(new StopInstancesCommand({ InstanceIds: [second] }));
  await until(async () => !(await show('nodes'))?.Instances?.some((one) => one.InstanceId === second));
  await settled('nodes', 2);
  assert.equal((await instances([second]))[0]?.State?.Name, 'terminated');
  const { Activities } = await auto.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: 'nodes' }));
  const gone = Activities?.find((one) => one.Description === `Terminating EC2 instance: ${second}`);
  assert.match(gone?.Cause ?? '', /health check/);
  assert.equal(gone?.StatusCode, 'Successful');
  assert.ok(gone?.EndTime);
});

test('capacity follows what is asked for, within the bounds, and spares protected instances', async () => {
  await create('nodes', { DesiredCapacity: 3, MaxSize: 3, NewInstancesProtectedFromScaleIn: true });
  const ids = await settled('nodes', 3);
  await assert.rejects(resize('nodes', 4), { name: 'ValidationError', message: /above max value 3/ });
  await resize('nodes', 1);
  const [free = ''] = ids;
  const unprotect = new SetInstanceProtectionCommand({
    AutoScalingGroupName: 'nodes',
    InstanceIds: [free],
    ProtectedFromScaleIn: false,
  });
  await auto.send(unprotect);
  assert.deepEqual((await settled('nodes', 2)).sort(), ids.filter((id) => id !== free).sort());
  assert.equal((await show('nodes'))?.DesiredCapacity, 1);
});

test('one instance can be taken out, with or without another in its place', async () => {
  await create('nodes', { DesiredCapacity: 2, MinSize: 1 });
  const [first = ''] = await settled('nodes', 2);
  const out = (InstanceId: string, ShouldDecrementDesiredCapacity: boolean) =>
    auto.send(new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity }));
  const { Activity } = await out(first, true);
  assert.equal(Activity?.AutoScalingGroupName, 'nodes');
  const [left = ''] = await settled('nodes', 1);
  await assert.rejects(out(left, true), { name: 'ValidationError', message: /desiredSize equals minSize/ });
  await out(left, false);
  await until(async () => !(await show('nodes'))?.Instances?.some((one) => one.InstanceId === left));
  const [next = ''] = await settled('nodes', 1);
  const { AutoScalingInstances } = await auto.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [next] }));
  assert.equal(AutoScalingInstances?.[0]?.AutoScalingGroupName, 'nodes');
  await assert.rejects(out(first, false), { name: 'ValidationError', message: /No managed instance/ });
});

test('a group keeps to its subnets, takes a new template version, and goes with its instances', async () => {
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const subnet = Subnets?.find((one) => one.AvailabilityZone === zones[1])?.SubnetId ?? '';
  const data = {
    ImageId: SEED_IMAGES.linux,
    InstanceType: 't3.micro' as const,
    NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false }],
  };
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'with-card', LaunchTemplateData: data }));
  await create('nodes', {
    LaunchTemplate: { LaunchTemplateName: 'with-card', Version: '$Latest' },
    AvailabilityZones: undefined,
    VPCZoneIdentifier: subnet,
    DesiredCapacity: 1,
  });
  const [first = ''] = await settled('nodes', 1);
  assert.equal((await instances([first]))[0]?.SubnetId, subnet);
  assert.deepEqual((await show('nodes'))?.AvailabilityZones, [zones[1]]);
  await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName: 'with-card',
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 't3.small' },
    }),
  );
  await auto.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'nodes', MinSize: 2 }));
  await settled('nodes', 2);
  const types = (await show('nodes'))?.Instances?.map((one) => [one.InstanceType, one.LaunchTemplate?.Version]).sort();
  assert.deepEqual(types, [
    ['t3.micro', '1'],
    ['t3.small', '2'],
  ]);
  // The older version goes first.
  await auto.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'nodes', MinSize: 0, DesiredCapacity: 1 }));
  const [left = ''] = await settled('nodes', 1);
  assert.notEqual(left, first);
  const remove = (ForceDelete: boolean) =>
    auto.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'nodes', ForceDelete }));
  await assert.rejects(remove(false), { name: 'ResourceInUseFault' });
  await remove(true);
  await until(async () => !(await show('nodes')));
  assert.equal((await instances([left]))[0]?.State?.Name, 'terminated');
});

test('groups are found by tag and page by page, and their tags change', async () => {
  for (const name of ['a', 'b', 'c'])
    await create(name, {
      Tags: [{ Key: 'holdfast:service', Value: name === 'b' ? 'x' : 'y', PropagateAtLaunch: false }],
    });
  await assert.rejects(create('a'), { name: 'AlreadyExistsFault' });
  const names = [];
  for await (const page of paginateDescribeAutoScalingGroups({ client: auto, pageSize: 2 }, {}))
    names.push(page.AutoScalingGroups?.map((one) => one.AutoScalingGroupName));
  assert.deepEqual(names, [['a', 'b'], ['c']]);
  const found = async (value: string) => {
    const Filters = [{ Name: 'tag:holdfast:service', Values: [value] }];
    const { AutoScalingGroups } = await auto.send(new DescribeAutoScalingGroupsCommand({ Filters }));
    return AutoScalingGroups?.map((one) => one.AutoScalingGroupName);
  };
  assert.deepEqual(await found('y'), ['a', 'c']);
  const tag = { ResourceId: 'a', ResourceType: 'auto-scaling-group', Key: 'holdfast:service' };
  await auto.send(new CreateOrUpdateTagsCommand({ Tags: [{ ...tag, Value: 'x', PropagateAtLaunch: true }] }));
  assert.deepEqual(await found('x'), ['a', 'b']);
  const { Tags } = await auto.send(
    new DescribeTagsCommand({ Filters: [{ Name: 'auto-scaling-group', Values: ['a'] }] }),
  );
  assert.deepEqual(Tags, [{ ...tag, Value: 'x', PropagateAtLaunch: true }]);
  await auto.send(new DeleteTagsCommand({ Tags: [tag] }));
  assert.deepEqual(await found('x'), ['b']);
  const other = keep(new AutoScalingClient(config(TENANT)));
  assert.deepEqual((await other.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups, []);
});

test('after a restart, a group has its instances still, and goes on', async () => {
  await create('nodes', { DesiredCapacity: 2 });
  const before = await settled('nodes', 2);
  await t.restart();
  connect();
  assert.deepEqual((await settled('nodes', 2)).sort(), before.sort());
  await resize('nodes', 4);
  await settled('nodes', 4);
});

test('a launch that fails is told and tried again, and one without an answer is not done twice', async () => {
  const fault = t.cloud.faults.add({ service: 'ec2', operation: 'RunInstances', kind: 'access-denied', nth: 2 });
  const lost = t.cloud.faults.add({ service: 'ec2', operation: 'RunInstances', kind: 'timeout-after', nth: 4 });
  // The first call is the dry run of the creation.
  await create('nodes', { DesiredCapacity: 2 });
  const ids = await settled('nodes', 2);
  assert.equal(fault.fired, 1);
  assert.equal(lost.fired, 1);
  fault.remove();
  lost.remove();
  const { Reservations } = await ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: 'tag:aws:autoscaling:groupName', Values: ['nodes'] },
        { Name: 'instance-state-name', Values: ['pending', 'running'] },
      ],
    }),
  );
  const alive = Reservations?.flatMap((one) => one.Instances?.map(({ InstanceId }) => InstanceId) ?? []);
  assert.deepEqual(alive?.sort(), ids.sort());
  const { Activities } = await auto.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: 'nodes' }));
  const failed = Activities?.filter((one) => one.StatusCode === 'Failed');
  assert.equal(failed?.length, 1);
  assert.match(failed?.[0]?.StatusMessage ?? '', /Launching EC2 instance failed/);
});

test('who makes a group must be allowed to launch by its template and to pass its role', async () => {
  const groupArn = `arn:aws:autoscaling:${REGION}:${PROVIDER}:autoScalingGroup:*:autoScalingGroupName/holdfast-*`;
  const statements: PolicyStatement[] = [
    {
      Effect: 'Allow',
      Action: ['autoscaling:CreateAutoScalingGroup', 'autoscaling:CreateOrUpdateTags'],
      Resource: groupArn,
      Condition: { StringEquals: { 'aws:RequestTag/holdfast': 'yes' } },
    },
    { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: '*' },
    { Effect: 'Allow', Action: 'iam:PassRole', Resource: `arn:aws:iam::${PROVIDER}:role/node` },
  ];
  let users = 0;
  const as = (Statement: PolicyStatement[]) => {
    const name = `user-${++users}`;
    t.cloud.admin.putUser({ accountId: PROVIDER, name, policies: { p: { Version: '2012-10-17', Statement } } });
    const credentials = t.cloud.admin.createAccessKey(PROVIDER, name);
    return keep(new AutoScalingClient({ endpoint: t.cloud.endpoint, region: REGION, credentials, maxAttempts: 1 }));
  };
  const Tags = [{ Key: 'holdfast', Value: 'yes', PropagateAtLaunch: true }];
  await assert.rejects(create('other', { Tags }, as(statements)), { name: 'AccessDenied' });
  await assert.rejects(create('holdfast-1', {}, as(statements)), { name: 'AccessDenied' });
  for (const left of statements) {
    const less = as(statements.filter((one) => one !== left));
    await assert.rejects(create('holdfast-1', { Tags }, less), { name: 'AccessDenied' });
  }
  await create('holdfast-1', { Tags }, as(statements));

  const mine: PolicyStatement = {
    Effect: 'Allow',
    Action: ['autoscaling:SetDesiredCapacity', 'autoscaling:DeleteAutoScalingGroup'],
    Resource: '*',
    Condition: { StringEquals: { 'autoscaling:ResourceTag/holdfast': 'yes' } },
  };
  const operator = as([mine]);
  const set = (AutoScalingGroupName: string) =>
    operator.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 0 }));
  await set('holdfast-1');
  await create('foreign');
  await assert.rejects(set('foreign'), { name: 'AccessDenied' });
});

test('what cannot work is refused by name', async () => {
  const refused = (more: Partial<CreateAutoScalingGroupCommandInput>, message: RegExp) =>
    assert.rejects(create('nodes', more), { name: 'ValidationError', message });
  await refused({ LaunchTemplate: { LaunchTemplateName: 'none' } }, /none, does not exist/);
  await refused({ LaunchTemplate: { LaunchTemplateName: 'node', Version: '7' } }, /version 7/);
  await refused({ AvailabilityZones: ['mars-1a'] }, /mars-1a/);
  await refused({ AvailabilityZones: undefined }, /At least one/);
  await refused({ MinSize: 3, DesiredCapacity: 1 }, /between/);
  await refused({ MaxInstanceLifetime: 86_400 }, /MaxInstanceLifetime/);
  await refused({ Tags: [{ Key: 'aws:x', Value: 'y' }] }, /reserved/);
});
