/** The control plane's functions under their shipped permissions: none can give itself, or another, more than it has. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BatchWriteItemCommand, DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { createIamNodeRoles } from '../../adapters/aws/iam-node-roles.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { nodePermissions } from '../../functions/wiring/node-permissions.ts';
import { freshId } from '../adapters/records.ts';
import { REGION, startWorld, type World } from '../adapters/world.ts';
import { type Calls, clientsOf, onObjects, onTable, tryAll } from './denied-calls.ts';

const STAGE = 'test';
const ANYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

describe('threats, own rights: a function of the control plane that was taken over', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  test('the operators’ API makes no role that can do more than an access node', async () => {
    const asApi = clientsOf(world.cloud.endpoint, REGION, world.as('OperatorApiRole'));
    const { iam, sts } = asApi;
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: world.arn('OperatorApiRole') }, Action: 'sts:AssumeRole' }],
    });
    const RoleName = `holdfast-${STAGE}-node-mine`;
    const boundary = world.ref('NodeBoundary');
    const made = { RoleName, AssumeRolePolicyDocument: trust };
    const wide = world.cloud.admin.putManagedPolicy({
      accountId: SERVICE_ACCOUNT,
      name: 'wide',
      document: JSON.parse(ANYTHING),
    });
    // somebody has made it by hand, or an earlier version
    world.cloud.admin.putRole({
      accountId: SERVICE_ACCOUNT,
      name: `${RoleName}-old`,
      trustPolicy: JSON.parse(trust),
    });
    const { open } = await tryAll({
      'a role without a boundary': () => iam.send(new CreateRoleCommand(made)),
      'a role with another boundary': () => iam.send(new CreateRoleCommand({ ...made, PermissionsBoundary: wide.arn })),
      'a policy on a role without a boundary': () =>
        iam.send(new PutRolePolicyCommand({ RoleName: `${RoleName}-old`, PolicyName: 'x', PolicyDocument: ANYTHING })),
    });
    assert.deepEqual(open, []);

    // This much it has to be able to do; what comes of it can do next to nothing.
    await iam.send(new CreateRoleCommand({ ...made, PermissionsBoundary: boundary }));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'x', PolicyDocument: ANYTHING }));
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${SERVICE_ACCOUNT}:role/${RoleName}`, RoleSessionName: 'mine' }),
    );
    const asMine = clientsOf(world.cloud.endpoint, REGION, {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    });
    const escalations = ({ iam }: typeof asMine) => ({
      'take the boundary off': () => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
      'put another boundary on': () =>
        iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: wide.arn })),
      'attach a policy': () => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: wide.arn })),
      'be trusted by the hub': () =>
        iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: `holdfast-${STAGE}-hub`, PolicyDocument: trust })),
    });
    const of = (each: typeof asMine, name: string) =>
      Object.fromEntries(Object.entries(escalations(each)).map(([what, call]) => [`${name}: ${what}`, call]));
    const result = await tryAll({
      ...of(asApi, 'the API'),
      ...of(asMine, 'its role'),
      ...onTable(asMine, world.ref('Table')),
      ...onObjects(asMine, world.ref('LibraryBucket'), 'any'),
      ...onObjects(asMine, world.ref('WorkBucket'), 'work'),
      'see instances': () => asMine.ec2.send(new DescribeInstancesCommand({})),
    });
    assert.deepEqual(result.open, []);
    assert.ok(result.tried >= 20, String(result.tried));
  });

  test('who may change plans’ schedules cannot switch off what the deployment does by itself', async () => {
    const own = `holdfast-${STAGE}-own`;
    const scheduler = (logicalId: string) =>
      new SchedulerClient({
        endpoint: world.cloud.endpoint,
        region: REGION,
        credentials: world.as(logicalId),
        maxAttempts: 1,
      });
    const root = new SchedulerClient({
      endpoint: world.cloud.endpoint,
      region: REGION,
      credentials: world.cloud.admin.rootAccessKey(SERVICE_ACCOUNT),
    });
    const { Schedules = [] } = await root.send(new ListSchedulesCommand({ GroupName: own }));
    const names = Schedules.map(({ Name = '' }) => Name).toSorted();
    assert.deepEqual(names, ['library-runs', 'measure', 'reap', 'resume-approvals', 'size-nodes', 'tick']);
    const calls: Calls = {};
    for (const role of [
      'TenantApiRole',
      'OperatorApiRole',
      'ApproverApiRole',
      'ResumeApprovalsRole',
      'TickRole',
      'StartScheduledJobRole',
      'CleanUpRole',
      'ReapRole',
    ])
      for (const Name of names) {
        const schedule = (GroupName: string, RoleArn: string) => ({
          ...{ Name, GroupName, ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' as const } },
          State: 'DISABLED' as const,
          Target: { Arn: `arn:aws:lambda:${REGION}:${SERVICE_ACCOUNT}:function:holdfast-${STAGE}-tick`, RoleArn },
        });
        calls[`${role}: remove ${Name}`] = () =>
          scheduler(role).send(new DeleteScheduleCommand({ Name, GroupName: own }));
        calls[`${role}: switch off ${Name}`] = () =>
          scheduler(role).send(new UpdateScheduleCommand(schedule(own, world.arn('SchedulerRole'))));
        calls[`${role}: another of ${Name}’s role`] = () =>
          scheduler(role).send(new CreateScheduleCommand(schedule(`holdfast-${STAGE}`, world.arn('OwnSchedulesRole'))));
      }
    const { open, tried } = await tryAll(calls);
    assert.deepEqual(open, []);
    assert.equal(tried, 144);
  });

  test('approvals are read and written by the APIs only, which ask for them and decide on them', async () => {
    const TableName = world.ref('Table');
    const Key = { pk: { S: `APPROVAL#${freshId('apr')}` }, sk: { S: 'APPROVAL' } };
    const calls: Calls = {};
    const RequestItems = { [TableName]: [{ PutRequest: { Item: Key } }] };
    const others = [
      'CleanUpRole',
      'BrokerRole',
      'TickRole',
      'StartScheduledJobRole',
      'ScheduleLibraryRunsRole',
      'ReapRole',
    ];
    for (const role of others) {
      const { dynamo } = clientsOf(world.cloud.endpoint, REGION, world.as(role));
      calls[`${role}: put`] = () => dynamo.send(new PutItemCommand({ TableName, Item: Key }));
      calls[`${role}: put many`] = () => dynamo.send(new BatchWriteItemCommand({ RequestItems }));
      calls[`${role}: approve`] = () =>
        dynamo.send(
          new UpdateItemCommand({
            ...{ TableName, Key, UpdateExpression: 'SET decidedBy = :me' },
            ExpressionAttributeValues: { ':me': { S: 'me' } },
          }),
        );
      calls[`${role}: remove`] = () => dynamo.send(new DeleteItemCommand({ TableName, Key }));
      // whatever else is kept there it may write
      await dynamo.send(new UpdateItemCommand({ TableName, Key: { pk: { S: `JOB#${role}` }, sk: { S: 'JOB' } } }));
    }
    assert.deepEqual(await tryAll(calls), { tried: 24, open: [] });
    for (const role of ['TenantApiRole', 'OperatorApiRole', 'ApproverApiRole', 'ResumeApprovalsRole']) {
      const { dynamo } = clientsOf(world.cloud.endpoint, REGION, world.as(role));
      await dynamo.send(new PutItemCommand({ TableName, Item: Key }));
    }
  });

  test('the role of a service hypervisor’s nodes is made all the same, and again', async () => {
    const roles = createIamNodeRoles({
      client: clientsOf(world.cloud.endpoint, REGION, world.as('OperatorApiRole')).iam,
      stage: STAGE,
      accountId: SERVICE_ACCOUNT,
      boundaryArn: world.ref('NodeBoundary'),
      permissions: nodePermissions({ stage: STAGE, accountId: SERVICE_ACCOUNT, region: REGION }),
    });
    const hypervisorId = freshId('hv');
    const arn = await roles.ensureNodeRole(hypervisorId);
    assert.equal(await roles.ensureNodeRole(hypervisorId), arn);
    await roles.remove(hypervisorId);
    await roles.remove(hypervisorId);
  });
});
