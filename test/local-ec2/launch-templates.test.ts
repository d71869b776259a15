import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DescribeInstanceAttributeCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeVolumesCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
  paginateDescribeLaunchTemplateVersions,
  type RequestLaunchTemplateData,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { guestOf, runningGuests } from '../../local/ec2/guest.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import type { LocalEvent, PolicyStatement } from '../../local/kernel/service.ts';
import { PROVIDER, REGION, startTestCloud, TENANT, type TestCloud, until } from './cloud.ts';
import { instance } from './instances.ts';

let t: TestCloud;
let ec2: EC2Client;
before(async () => {
  t = await startTestCloud();
  ec2 = t.ec2(PROVIDER);
});
after(() => t.stop());

const userData = Buffer.from('#!/bin/sh\necho node').toString('base64');
const DATA: RequestLaunchTemplateData = {
  ImageId: SEED_IMAGES.linux,
  InstanceType: 't3.micro',
  IamInstanceProfile: { Name: 'node' },
  UserData: userData,
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  BlockDeviceMappings: [
    { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 3, VolumeType: 'gp3', DeleteOnTermination: true } },
  ],
  TagSpecifications: [
    {
      ResourceType: 'instance',
      Tags: [
        { Key: 'holdfast', Value: 'node' },
        { Key: 'Name', Value: 'template' },
      ],
    },
  ],
};
let made = 0;
const template = async (data = DATA, more: object = {}) => {
  const LaunchTemplateName = `nodes-${++made}`;
  const create = new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: data, ...more });
  const { LaunchTemplate } = await ec2.send(create);
  return { id: LaunchTemplate?.LaunchTemplateId ?? '', name: LaunchTemplateName, LaunchTemplate };
};
const run = async (more: Partial<RunInstancesCommandInput>, client = ec2): Promise<string> => {
  const { Instances } = await client.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, ...more }));
  return Instances?.[0]?.InstanceId ?? '';
};
const tagsOf = async (id: string) =>
  Object.fromEntries((await instance(t, id, PROVIDER)).Tags?.map(({ Key, Value }) => [Key, Value]) ?? []);

test('an instance launched from a template is what the template says, and its user data can be read', async () => {
  const { id, LaunchTemplate } = await template();
  assert.equal(LaunchTemplate?.DefaultVersionNumber, 1);
  assert.equal(LaunchTemplate?.LatestVersionNumber, 1);
  const node = await run({ LaunchTemplate: { LaunchTemplateId: id } });
  const shown = await instance(t, node, PROVIDER);
  assert.equal(shown.InstanceType, 't3.micro');
  assert.equal(shown.IamInstanceProfile?.Arn, `arn:aws:iam::${PROVIDER}:instance-profile/node`);
  assert.equal(shown.MetadataOptions?.HttpTokens, 'required');
  assert.deepEqual(await tagsOf(node), {
    holdfast: 'node',
    Name: 'template',
    'aws:ec2launchtemplate:id': id,
    'aws:ec2launchtemplate:version': '1',
  });
  const attribute = new DescribeInstanceAttributeCommand({ InstanceId: node, Attribute: 'userData' });
  assert.equal((await ec2.send(attribute)).UserData?.Value, userData);
});

test('what the request says wins: tags key by key, devices one by one, the rest as a whole', async () => {
  const { name } = await template();
  const node = await run({
    LaunchTemplate: { LaunchTemplateName: name, Version: '1' },
    InstanceType: 't3.small',
    BlockDeviceMappings: [{ DeviceName: '/dev/sdg', Ebs: { VolumeSize: 1 } }],
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'request' }] }],
  });
  assert.equal((await instance(t, node, PROVIDER)).InstanceType, 't3.small');
  const tags = await tagsOf(node);
  assert.equal(tags.Name, 'request');
  assert.equal(tags.holdfast, 'node');
  const { Volumes } = await ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [node] }] }),
  );
  const sizes = Object.fromEntries(Volumes?.map((one) => [one.Attachments?.[0]?.Device, one.Size]) ?? []);
  assert.equal(sizes['/dev/sdf'], 3);
  assert.equal(sizes['/dev/sdg'], 1);
});

test('versions add up, $Latest and $Default are followed, and a new version starts from its source', async () => {
  const { id, name } = await template();
  await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: id,
      SourceVersion: '1',
      VersionDescription: 'bigger',
      LaunchTemplateData: { InstanceType: 't3.small' },
    }),
  );
  const latest = await run({ LaunchTemplate: { LaunchTemplateName: name, Version: '$Latest' } });
  assert.equal((await instance(t, latest, PROVIDER)).InstanceType, 't3.small');
  assert.equal((await tagsOf(latest)).holdfast, 'node');
  const plain = await run({ LaunchTemplate: { LaunchTemplateName: name, Version: '$Default' } });
  assert.equal((await instance(t, plain, PROVIDER)).InstanceType, 't3.micro');

  await ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId: id, DefaultVersion: '2' }));
  const { LaunchTemplates } = await ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [name] }));
  assert.equal(LaunchTemplates?.[0]?.DefaultVersionNumber, 2);
  const moved = await run({ LaunchTemplate: { LaunchTemplateName: name } });
  assert.equal((await instance(t, moved, PROVIDER)).InstanceType, 't3.small');

  const seen = [];
  const pages = paginateDescribeLaunchTemplateVersions({ client: ec2, pageSize: 1 }, { LaunchTemplateId: id });
  for await (const page of pages) seen.push(...(page.LaunchTemplateVersions ?? []));
  assert.deepEqual(
    seen.map((one) => [
      one.VersionNumber,
      one.VersionDescription,
      one.DefaultVersion,
      one.LaunchTemplateData?.InstanceType,
    ]),
    [
      [1, undefined, false, 't3.micro'],
      [2, 'bigger', true, 't3.small'],
    ],
  );
  const nine = new RunInstancesCommand({
    MinCount: 1,
    MaxCount: 1,
    LaunchTemplate: { LaunchTemplateId: id, Version: '9' },
  });
  await assert.rejects(ec2.send(nine), { name: 'InvalidLaunchTemplateId.VersionNotFound' });
});

test('a version is shown as it was given', async () => {
  const data: RequestLaunchTemplateData = {
    ...DATA,
    KeyName: 'ops',
    EbsOptimized: true,
    NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false, Groups: ['sg-1', 'sg-2'] }],
  };
  const { id } = await template(data);
  const { LaunchTemplateVersions } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: ['$Latest'] }),
  );
  assert.deepEqual(LaunchTemplateVersions?.[0]?.LaunchTemplateData, data);
});

test('templates are named once, belong to one account, and go', async () => {
  const { id, name } = await template(DATA, {
    TagSpecifications: [{ ResourceType: 'launch-template', Tags: [{ Key: 'holdfast', Value: 'yes' }] }],
  });
  const again = new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData: DATA });
  await assert.rejects(ec2.send(again), { name: 'InvalidLaunchTemplateName.AlreadyExistsException' });
  const foreign = t.ec2(TENANT).send(new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [id] }));
  await assert.rejects(foreign, { name: 'InvalidLaunchTemplateId.NotFound' });
  const tagged = [{ Name: 'tag:holdfast', Values: ['yes'] }];
  const { LaunchTemplates } = await ec2.send(new DescribeLaunchTemplatesCommand({ Filters: tagged }));
  assert.deepEqual(
    LaunchTemplates?.map((one) => one.LaunchTemplateId),
    [id],
  );
  await t.restart();
  ec2 = t.ec2(PROVIDER);
  await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id }));
  const gone = ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [name] }));
  await assert.rejects(gone, { name: 'InvalidLaunchTemplateName.NotFoundException' });
});

test('what the local cloud does not have in a template is refused by name, as is user data that EC2 would refuse', async () => {
  const unknown = template({ ...DATA, InstanceMarketOptions: { MarketType: 'spot' } });
  await assert.rejects(unknown, { name: 'UnknownParameter', message: /InstanceMarketOptions/ });
  await assert.rejects(template({ ...DATA, UserData: '%%%' }), { name: 'InvalidUserData.Malformed' });
  await assert.rejects(template({ ...DATA, UserData: Buffer.alloc(16_385).toString('base64') }), {
    name: 'InvalidParameterValue',
  });
  await assert.rejects(run({}), { name: 'MissingParameter' });
  const forged = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'x' }] }];
  const { name } = await template();
  await assert.rejects(run({ LaunchTemplate: { LaunchTemplateName: name }, TagSpecifications: forged }), {
    name: 'InvalidParameterValue',
  });
});

test('who boots guests hears of an instance, and learns its role, tags and user data without a call', async () => {
  const heard: LocalEvent[] = [];
  const stop = t.cloud.kernel.onEvent((event) => heard.push(event));
  const { id } = await template();
  const node = await run({ LaunchTemplate: { LaunchTemplateId: id } });
  await until(async () => heard.some(({ detail }) => detail['instance-id'] === node && detail.state === 'running'));
  stop();
  const event = heard.find(({ detail }) => detail.state === 'running');
  assert.equal(event?.source, 'aws.ec2');
  assert.equal(event?.['detail-type'], 'EC2 Instance State-change Notification');
  assert.equal(event?.account, PROVIDER);
  const calls = (await t.cloud.trail.records({ account: PROVIDER })).length;
  const guest = guestOf(t.cloud.kernel, node);
  assert.equal(guest?.roleArn, `arn:aws:iam::${PROVIDER}:role/node`);
  assert.equal(guest?.tags.holdfast, 'node');
  assert.equal(guest?.userData, '#!/bin/sh\necho node');
  assert.equal(guest?.isWindows, false);
  assert.ok(runningGuests(t.cloud.kernel).some(({ instanceId }) => instanceId === node));
  assert.equal((await t.cloud.trail.records({ account: PROVIDER })).length, calls);
});

test('a launch can be kept to one template, asks to pass its role, and to set its tags', async () => {
  const { id } = await template();
  const arn = `arn:aws:ec2:${REGION}:${PROVIDER}:launch-template/${id}`;
  const fromTemplate = { ArnEquals: { 'ec2:LaunchTemplate': arn }, Bool: { 'ec2:IsLaunchTemplateResource': 'true' } };
  const statements: PolicyStatement[] = [
    { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: '*', Condition: fromTemplate },
    {
      Effect: 'Allow',
      Action: 'ec2:CreateTags',
      Resource: `arn:aws:ec2:*:${PROVIDER}:instance/*`,
      Condition: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
    },
    {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: `arn:aws:iam::${PROVIDER}:role/node`,
      Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
  ];
  const as = (Statement: PolicyStatement[], name: string): EC2Client => {
    t.cloud.admin.putUser({ accountId: PROVIDER, name, policies: { p: { Version: '2012-10-17', Statement } } });
    const credentials = t.cloud.admin.createAccessKey(PROVIDER, name);
    return new EC2Client({ endpoint: t.cloud.endpoint, region: REGION, credentials, maxAttempts: 1 });
  };
  const launch = { LaunchTemplate: { LaunchTemplateId: id } };
  const all = as(statements, 'all');
  await run(launch, all);
  const denied = { name: 'UnauthorizedOperation' };
  await assert.rejects(run({ ...launch, InstanceType: 't3.small' }, all), denied);
  await assert.rejects(run({ ImageId: SEED_IMAGES.linux, InstanceType: 't3.micro' }, all), denied);
  for (const [i, left] of statements.entries()) {
    const less = as(
      statements.filter((one) => one !== left),
      `without-${i}`,
    );
    await assert.rejects(run(launch, less), denied);
    less.destroy();
  }
  all.destroy();
});
