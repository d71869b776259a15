import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DescribeSnapshotsCommand, type Snapshot } from '@aws-sdk/client-ec2';
import { GetCommandInvocationCommand, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import type { PolicyStatement } from '../../local/kernel/service.ts';
import { createSsm } from '../../local/ssm/service.ts';
import { REGION, startTestCloud, TENANT, type TestCloud, until } from '../local-ec2/cloud.ts';
import { instance, newInstance } from '../local-ec2/instances.ts';

const EC2_TRUST = {
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
} as const;
// biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
const ITSELF = { ArnLike: { 'ec2:SourceInstanceARN': 'arn:aws:ec2:*:*:instance/${ec2:InstanceId}' } };
const SNAPSHOTS = 'arn:aws:ec2:*:*:snapshot/*';
const INSTANCES = 'arn:aws:ec2:*:*:instance/*';

/** The permissions of AWS's managed policy AWSEC2VssSnapshotPolicy, as far as snapshots go. */
const VSS_POLICY: readonly PolicyStatement[] = [
  { Effect: 'Allow', Action: 'ec2:DescribeInstanceAttribute', Resource: INSTANCES, Condition: ITSELF },
  {
    Effect: 'Allow',
    Action: 'ec2:CreateSnapshots',
    Resource: SNAPSHOTS,
    Condition: { StringLike: { 'aws:RequestTag/AwsVssConfig': '*' } },
  },
  { Effect: 'Allow', Action: 'ec2:CreateSnapshots', Resource: INSTANCES, Condition: ITSELF },
  { Effect: 'Allow', Action: 'ec2:CreateSnapshots', Resource: 'arn:aws:ec2:*:*:volume/*' },
  {
    Effect: 'Allow',
    Action: 'ec2:CreateTags',
    Resource: SNAPSHOTS,
    Condition: { StringEquals: { 'ec2:CreateAction': 'CreateSnapshots' } },
  },
  {
    Effect: 'Allow',
    Action: 'ec2:CreateTags',
    Resource: SNAPSHOTS,
    Condition: {
      StringLike: { 'ec2:ResourceTag/AwsVssConfig': '*' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['AppConsistent', 'Device'] },
    },
  },
];

let t: TestCloud;
let ssm: SSMClient;
let roles = 0;
let jobs = 0;

before(async () => {
  t = await startTestCloud([createSsm]);
  await t.control('PUT', '/ssm/settings', Buffer.from('{"deliveryMs":1,"commandMs":1}'));
  const credentials = t.cloud.admin.rootAccessKey(TENANT);
  ssm = new SSMClient({ endpoint: t.cloud.endpoint, region: REGION, credentials, maxAttempts: 1 });
});
after(async () => {
  ssm.destroy();
  await t.stop();
});

/** A Windows instance with a data volume, whose profile's role may do what is given. */
const windows = async (Statement: readonly PolicyStatement[] = VSS_POLICY): Promise<string> => {
  const name = `guest-${++roles}`;
  const policies = { vss: { Version: '2012-10-17', Statement } };
  t.cloud.admin.putRole({ accountId: TENANT, name, trustPolicy: EC2_TRUST, policies });
  return newInstance(t, {
    ImageId: SEED_IMAGES.windows,
    IamInstanceProfile: { Name: name },
    BlockDeviceMappings: [{ DeviceName: 'xvdf', Ebs: { VolumeSize: 1 } }],
  });
};

/** Sends the document, and answers with how it ended and which snapshots carry the job's tag. */
const vss = async (id: string, parameters: Record<string, string[]> = {}) => {
  const job = `job-${++jobs}`;
  const tags = [`Key=job,Value=${job};Key=path,Value=a=b/c`];
  const { Command } = await ssm.send(
    new SendCommandCommand({
      DocumentName: 'AWSEC2-CreateVssSnapshot',
      InstanceIds: [id],
      Parameters: { tags, description: [job], ...parameters },
    }),
  );
  const invocation = await until(async () => {
    const it = await ssm.send(new GetCommandInvocationCommand({ CommandId: Command?.CommandId ?? '', InstanceId: id }));
    return it.Status !== 'Pending' && it.Status !== 'InProgress' && it;
  });
  const Filters = [{ Name: 'tag:job', Values: [job] }];
  const { Snapshots = [] } = await t.ec2().send(new DescribeSnapshotsCommand({ Filters }));
  return { job, invocation, snapshots: Snapshots };
};

const tagsOf = ({ Tags = [] }: Snapshot): Record<string, string> =>
  Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));

const behave = (id: string, behaviour: unknown) =>
  t.control('PUT', `/ssm/instances/${id}`, Buffer.from(JSON.stringify(behaviour)));

test('VSS takes all volumes with the permissions of the instance profile, and tags them consistent', async () => {
  const id = await windows();
  const { job, invocation, snapshots } = await vss(id);
  assert.deepEqual([invocation.Status, invocation.StandardErrorContent], ['Success', '']);
  const volumes = (await instance(t, id)).BlockDeviceMappings ?? [];
  assert.deepEqual(
    snapshots.map((it) => [tagsOf(it).Device, it.VolumeId]).sort(),
    volumes.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.VolumeId]).sort(),
  );
  for (const snapshot of snapshots) {
    const { AppConsistent, AwsVssConfig, Name, path } = tagsOf(snapshot);
    assert.deepEqual([AppConsistent, Name, path, snapshot.Description], ['True', '', 'a=b/c', job]);
    assert.match(AwsVssConfig ?? '', /CopyOnly=False/);
  }
  const [taken] = await t.cloud.trail.records({ eventName: 'CreateSnapshots' });
  assert.match(taken?.userIdentity.arn ?? '', new RegExp(`assumed-role/guest-1/${id}$`));
});

test('the boot volume can be left out', async () => {
  const { snapshots } = await vss(await windows(), { ExcludeBootVolume: ['True'], CopyOnly: ['True'] });
  assert.deepEqual(
    snapshots.map((it) => tagsOf(it).Device),
    ['xvdf'],
  );
});

test('without components, or when the writers do not freeze, nothing is taken and the command says why', async () => {
  const id = await windows();
  for (const [state, words] of [
    ['missing', /AwsVssComponents is not installed/],
    ['freeze-fails', /could not be frozen/],
  ] as const) {
    await behave(id, { vss: state });
    const { invocation, snapshots } = await vss(id);
    assert.equal(invocation.Status, 'Failed');
    assert.match(invocation.StandardErrorContent ?? '', words);
    assert.deepEqual(snapshots, []);
  }
});

test('when the writers fail afterwards, the snapshots stay, and are not tagged consistent', async () => {
  const id = await windows();
  await behave(id, { vss: 'thaw-fails' });
  const { invocation, snapshots } = await vss(id);
  assert.equal(invocation.Status, 'Failed');
  assert.equal(snapshots.length, 2);
  for (const snapshot of snapshots) assert.equal(tagsOf(snapshot).AppConsistent, undefined);
});

test('when the guest falls silent in between, the command times out and the snapshots stay', async () => {
  const id = await windows();
  await behave(id, { vss: 'thaw-hangs' });
  const { invocation, snapshots } = await vss(id, { executionTimeout: ['1'] });
  assert.deepEqual([invocation.Status, invocation.StatusDetails], ['TimedOut', 'Execution Timed Out']);
  assert.equal(snapshots.length, 2);
  for (const snapshot of snapshots) assert.equal(tagsOf(snapshot).AppConsistent, undefined);
});

test('every permission of the policy is needed, and a role for another instance is not enough', async () => {
  for (const left of VSS_POLICY) {
    const { invocation, snapshots } = await vss(await windows(VSS_POLICY.filter((it) => it !== left)));
    assert.equal(invocation.Status, 'Failed', JSON.stringify(left));
    assert.match(invocation.StandardErrorContent ?? '', /^UnauthorizedOperation/);
    for (const snapshot of snapshots) assert.equal(tagsOf(snapshot).AppConsistent, undefined);
  }
  const id = await windows();
  const profile = (await instance(t, id)).IamInstanceProfile?.Arn ?? '';
  // The same role, but not on the instance: no ec2:SourceInstanceARN.
  const roleArn = profile.replace(':instance-profile/', ':role/');
  const principal = t.cloud.admin.principalForRole(roleArn, id);
  const asked = t.cloud.kernel.call(principal, REGION, 'ec2', 'CreateSnapshots', {
    InstanceSpecification: { InstanceId: id },
    TagSpecification: [{ ResourceType: 'snapshot', Tag: [{ Key: 'AwsVssConfig', Value: 'x' }] }],
  });
  await assert.rejects(asked, { name: 'UnauthorizedOperation' });
});

test('a role that does not trust EC2, a reserved tag and an AMI are refused', async () => {
  const id = await windows();
  const reserved = await vss(id, { tags: ['Key=AppConsistent,Value=True'] });
  assert.match(reserved.invocation.StandardErrorContent ?? '', /AppConsistent is reserved/);
  const unreadable = await vss(id, { tags: ['job=1'] });
  assert.match(unreadable.invocation.StandardErrorContent ?? '', /Key=/);
  const image = await vss(id, { CreateAmi: ['True'] });
  assert.match(image.invocation.StandardErrorContent ?? '', /no CreateImage/);
  const distrusted = await windows();
  t.cloud.admin.putRole({
    accountId: TENANT,
    name: `guest-${roles}`,
    trustPolicy: { Statement: { ...EC2_TRUST.Statement, Principal: { Service: 'lambda.amazonaws.com' } } },
  });
  const { invocation } = await vss(distrusted);
  assert.match(invocation.StandardErrorContent ?? '', /^AccessDeniedException/);
});
