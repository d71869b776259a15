import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DeletePolicyCommand,
  DescribeAutoScalingGroupsCommand,
  DescribePoliciesCommand,
  EnableMetricsCollectionCommand,
  PutScalingPolicyCommand,
  type TargetTrackingMetricDataQuery,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Group } from '../../local/autoscaling/records.ts';
import { createAutoScaling } from '../../local/autoscaling/service.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { createEc2 } from '../../local/ec2/service.ts';
import { changeEc2Settings } from '../../local/ec2/settings.ts';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { createKms } from '../../local/kms/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

const clock = new VirtualClock();
let world: TwoAccounts;
let auto: AutoScalingClient;
let ec2: EC2Client;
let sqs: SQSClient;
let group: string;
let queue: string;
let url: string;
let tests = 0;

const connect = () => {
  auto = new AutoScalingClient(world.config(world.acme));
  ec2 = new EC2Client(world.config(world.acme));
  sqs = new SQSClient(world.config(world.acme));
};
before(async () => {
  world = await startTwoAccounts([createKms, createEc2, createSqs, createAutoScaling], clock);
  // Volumes are filled before a launch returns: nothing goes on in real time behind it.
  changeEc2Settings(world.cloud.kernel.store, { copyAtOnceBlocks: 1_000_000 });
  connect();
  const LaunchTemplateData = { ImageId: SEED_IMAGES.linux, InstanceType: 't3.micro' as const };
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'node', LaunchTemplateData }));
});
beforeEach(async () => {
  group = `nodes-${++tests}`;
  queue = `orders-${tests}`;
  url = (await sqs.send(new CreateQueueCommand({ QueueName: queue }))).QueueUrl ?? '';
});
after(async () => {
  for (const client of [auto, ec2, sqs]) client.destroy();
  await world.close();
});

const create = (MaxSize: number, more: object = {}) =>
  auto.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: group,
      LaunchTemplate: { LaunchTemplateName: 'node' },
      MinSize: 0,
      MaxSize,
      DefaultInstanceWarmup: 0,
      AvailabilityZones: [`${REGION}a`],
      ...more,
    }),
  );
const ofQueue = (Id: string, MetricName: string): TargetTrackingMetricDataQuery => ({
  Id,
  MetricStat: {
    Metric: { Namespace: 'AWS/SQS', MetricName, Dimensions: [{ Name: 'QueueName', Value: queue }] },
    Stat: 'Sum',
  },
  ReturnData: false,
});
const ofGroup = (Id: string, MetricName: string): TargetTrackingMetricDataQuery => ({
  Id,
  MetricStat: {
    Metric: {
      Namespace: 'AWS/AutoScaling',
      MetricName,
      Dimensions: [{ Name: 'AutoScalingGroupName', Value: group }],
    },
    Stat: 'Average',
  },
  ReturnData: false,
});
const backlogPerNode = (): TargetTrackingMetricDataQuery[] => [
  ofQueue('waiting', 'ApproximateNumberOfMessagesVisible'),
  ofQueue('held', 'ApproximateNumberOfMessagesNotVisible'),
  ofGroup('nodes', 'GroupInServiceInstances'),
  { Id: 'backlog', Expression: 'IF(nodes > 0, (waiting + held) / nodes, waiting + held)', ReturnData: true },
];
const follow = async (TargetValue: number, Metrics = backlogPerNode(), more: object = {}) =>
  auto.send(
    new PutScalingPolicyCommand({
      AutoScalingGroupName: group,
      PolicyName: 'backlog',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: { TargetValue, CustomizedMetricSpecification: { Metrics }, ...more },
    }),
  );
const collect = () =>
  auto.send(new EnableMetricsCollectionCommand({ AutoScalingGroupName: group, Granularity: '1Minute' }));
const send = async (count: number) => {
  for (let sent = 0; sent < count; sent += 10) {
    const Entries = Array.from({ length: Math.min(10, count - sent) }, (_, i) => ({
      Id: `m${i}`,
      MessageBody: 'order',
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  }
};
/** Virtual seconds; after each, what was begun to be launched gets the real time that its files take. */
const pass = async (seconds: number) => {
  const groups = world.cloud.kernel.store.table<Group>('autoscaling.groups');
  for (let i = 0; i < seconds; i++) {
    await clock.advance(1_000);
    do await new Promise((resolve) => setTimeout(resolve, 5));
    while ([...groups.entries()].some(({ value }) => value.launching));
  }
};
const show = async () => {
  const names = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] });
  const [shown] = (await auto.send(names)).AutoScalingGroups ?? [];
  const inService = shown?.Instances?.filter((one) => one.LifecycleState === 'InService').length;
  return { desired: shown?.DesiredCapacity, inService };
};

test('a backlog wakes a group of none, more of it makes it grow, and an idle queue lets it go in the end', async () => {
  await create(5);
  await collect();
  await follow(10);
  await pass(3);
  assert.deepEqual(await show(), { desired: 0, inService: 0 });

  await send(12);
  await pass(4);
  assert.deepEqual(await show(), { desired: 2, inService: 2 });
  await send(28);
  await pass(4);
  assert.deepEqual(await show(), { desired: 4, inService: 4 });

  // What a node holds counts as much as what waits.
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
  );
  assert.equal(Messages.length, 10);
  await pass(20);
  assert.deepEqual(await show(), { desired: 4, inService: 4 });

  await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
  await pass(14);
  assert.equal((await show()).desired, 4);
  await pass(4);
  assert.deepEqual(await show(), { desired: 0, inService: 0 });
});

test('it never grows beyond its bounds, and does not shrink if the policy says so', async () => {
  await create(2, { MinSize: 1 });
  await collect();
  await follow(1, backlogPerNode(), { DisableScaleIn: true });
  await send(30);
  await pass(4);
  assert.deepEqual(await show(), { desired: 2, inService: 2 });
  await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
  await pass(25);
  assert.equal((await show()).desired, 2);
  await follow(1);
  await pass(20);
  assert.deepEqual(await show(), { desired: 1, inService: 1 });
});

test('as on AWS, a backlog that is not divided by the nodes drives a group to its maximum', async () => {
  await create(6);
  await follow(10, [
    ofQueue('waiting', 'ApproximateNumberOfMessagesVisible'),
    { Id: 'total', Expression: 'waiting', ReturnData: true },
  ]);
  await send(15);
  await pass(12);
  assert.equal((await show()).desired, 6);
});

test('without data, the group stays as it is', async () => {
  await create(5, { DesiredCapacity: 1 });
  // The group does not collect its own metrics: there is nothing to divide by.
  await follow(1);
  await send(20);
  await pass(20);
  assert.equal((await show()).desired, 1);
  await collect();
  await pass(4);
  assert.equal((await show()).desired, 5);
});

test('nothing is taken away while an instance warms up', async () => {
  // Half an hour is thirty evaluations.
  await create(3, { DefaultInstanceWarmup: 1_800 });
  await collect();
  await follow(10);
  await send(10);
  await pass(1);
  await send(1);
  await pass(2);
  await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
  await pass(20);
  assert.ok(((await show()).desired ?? 0) > 0);
  await pass(16);
  assert.equal((await show()).desired, 0);
});

test('a policy is shown as it was put, survives a restart, and ends when it is deleted', async () => {
  await create(5);
  await collect();
  const { PolicyARN = '' } = await follow(10);
  assert.match(
    PolicyARN,
    new RegExp(
      `^arn:aws:autoscaling:${REGION}:\\d{12}:scalingPolicy:[0-9a-f-]{36}:autoScalingGroupName/${group}:policyName/backlog$`,
    ),
  );
  assert.equal((await follow(5)).PolicyARN, PolicyARN);
  const policies = async () =>
    (await auto.send(new DescribePoliciesCommand({ AutoScalingGroupName: group }))).ScalingPolicies;
  assert.deepEqual(await policies(), [
    {
      AutoScalingGroupName: group,
      PolicyName: 'backlog',
      PolicyARN,
      PolicyType: 'TargetTrackingScaling',
      Enabled: true,
      Alarms: [],
      TargetTrackingConfiguration: {
        TargetValue: 5,
        DisableScaleIn: false,
        CustomizedMetricSpecification: {
          Metrics: backlogPerNode(),
        },
      },
    },
  ]);
  await world.restart();
  connect();
  await send(20);
  await pass(4);
  assert.equal((await show()).desired, 4);
  await auto.send(new DeletePolicyCommand({ AutoScalingGroupName: group, PolicyName: 'backlog' }));
  assert.deepEqual(await policies(), []);
  await send(20);
  await pass(4);
  assert.equal((await show()).desired, 4);
});

test('a message that is done counts no more', async () => {
  await create(5);
  await collect();
  await follow(0.5);
  await send(1);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 300 }));
  await pass(4);
  assert.equal((await show()).desired, 2);
  await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: Messages[0]?.ReceiptHandle }));
  await pass(20);
  assert.equal((await show()).desired, 0);
});

test('a policy that could never work is refused, naming what is wrong', async () => {
  await create(5);
  const refused = (metrics: TargetTrackingMetricDataQuery[], message: RegExp) =>
    assert.rejects(follow(10, metrics), { name: 'ValidationError', message });
  const waiting = ofQueue('waiting', 'ApproximateNumberOfMessagesVisible');
  const math = (Expression: string) => [waiting, { Id: 'e', Expression, ReturnData: true }];
  await refused([waiting], /Exactly one/);
  await refused(math('waiting + held'), /no query held/);
  await refused(math('waiting +'), /ends too early/);
  await refused(math('ANOMALY_DETECTION_BAND(waiting)'), /ANOMALY_DETECTION_BAND/);
  await refused(math('e + 1'), /refers to itself/);
  await refused([{ ...ofQueue('w', 'NumberOfMessagesSent'), ReturnData: true }], /NumberOfMessagesSent/);
  const step = new PutScalingPolicyCommand({
    AutoScalingGroupName: group,
    PolicyName: 'step',
    PolicyType: 'StepScaling',
  });
  await assert.rejects(auto.send(step), { name: 'ValidationError', message: /PolicyType/ });
});
