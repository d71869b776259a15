/** What the control plane makes in a service account: what launches access nodes, and the roles that let them in. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribePoliciesCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  GetInstanceProfileCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type Credentials, clientSettings } from '../../adapters/aws/clients.ts';
import { createIamNodeRoles } from '../../adapters/aws/iam-node-roles.ts';
import { createSecretsManagerSecrets } from '../../adapters/aws/secrets-manager-secrets.ts';
import { createServiceAccounts } from '../../adapters/aws/service-accounts.ts';
import { createSqsQueues } from '../../adapters/aws/sqs-queues.ts';
import {
  ACCESS_NODE_TAG,
  type AutomaticNodes,
  nodeEnvironment,
  serviceAccountNames,
} from '../../core/domain/automatic-nodes.ts';
import type { TemplateResource } from '../../core/domain/cloudformation.ts';
import { settingsOfUserData } from '../../core/domain/node-user-data.ts';
import { managementStatements } from '../../core/domain/service-access-template.ts';
import { accessNodesTemplate } from '../../core/domain/service-account-template.ts';
import type { ServiceAccounts, ServiceReach } from '../../core/ports/service-account.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { nodePermissions } from '../../functions/wiring/node-permissions.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { freshId } from './records.ts';
import { REGION, startWorld, until, type World } from './world.ts';

const OTHER = '444444444444';
const STAGE = 'test';
const PROFILE = 'holdfast-test-node';
const policy = (...Statement: object[]): PolicyDocument => ({ Version: '2012-10-17', Statement }) as PolicyDocument;
const allow = (Action: string[], Resource: string | string[] = '*') => ({ Effect: 'Allow', Action, Resource });
const trusting = (Service: string) => policy({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' });

/** What makes automatic nodes where the control plane is: for the role of whatever calls ensureAutoScaling. */
const MAKING = [
  allow(
    ['iam:CreateServiceLinkedRole'],
    `arn:aws:iam::${SERVICE_ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/*`,
  ),
  allow([
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeScalingActivities',
    'ec2:DescribeSubnets',
    'ec2:DescribeLaunchTemplateVersions',
  ]),
  allow(
    [
      'autoscaling:CreateAutoScalingGroup',
      'autoscaling:UpdateAutoScalingGroup',
      'autoscaling:DeleteAutoScalingGroup',
      'autoscaling:CreateOrUpdateTags',
      'autoscaling:PutScalingPolicy',
      'autoscaling:DeletePolicy',
      'autoscaling:EnableMetricsCollection',
      'autoscaling:SetDesiredCapacity',
      'autoscaling:TerminateInstanceInAutoScalingGroup',
    ],
    `arn:aws:autoscaling:*:${SERVICE_ACCOUNT}:autoScalingGroup:*:autoScalingGroupName/holdfast-${STAGE}-nodes-*`,
  ),
  allow(
    ['ec2:CreateLaunchTemplate', 'ec2:CreateLaunchTemplateVersion', 'ec2:DeleteLaunchTemplate', 'ec2:CreateTags'],
    [`arn:aws:ec2:*:${SERVICE_ACCOUNT}:launch-template/*`],
  ),
  // Auto Scaling tries a launch in the caller's name when a group is made.
  allow(['ec2:RunInstances', 'ec2:CreateTags']),
  allow(['iam:PassRole'], `arn:aws:iam::${SERVICE_ACCOUNT}:role/${PROFILE}`),
];

describe('service accounts', () => {
  let world: World;
  let accounts: ServiceAccounts;
  let queues: AutomaticNodes['queues'];

  const asRoot = (account: string) => clientSettings('own', REGION, world.cloud.admin.rootAccessKey(account));

  before(async () => {
    world = await startWorld();
    const { admin } = world.cloud;
    admin.createAccount(OTHER, 'second service account');
    accounts = createServiceAccounts({
      sts: new STSClient(clientSettings('own', REGION, world.as('OperatorApiRole'))),
      secrets: new SecretsManagerClient(asRoot(SERVICE_ACCOUNT)),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
      stage: STAGE,
    });
    const sqs = createSqsQueues({ client: new SQSClient(asRoot(SERVICE_ACCOUNT)) });
    queues = {
      restores: await sqs.ensure('holdfast-test-hv-00000001-restores'),
      work: await sqs.ensure('holdfast-test-hv-00000001-work'),
    };
  });
  after(() => world.stop());

  /** As the deployment makes it, or the template in another account. */
  const makeProfile = async (accountId: string): Promise<void> => {
    world.cloud.admin.putRole({ accountId, name: PROFILE, trustPolicy: trusting('ec2.amazonaws.com') });
    const iam = new IAMClient(asRoot(accountId));
    const InstanceProfileName = PROFILE;
    const there = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName })).catch(() => undefined);
    if (there) return;
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: PROFILE }));
  };
  const nodes = (hypervisorId: string, change: Partial<AutomaticNodes> = {}): AutomaticNodes => ({
    zones: [],
    queues,
    environment: nodeEnvironment({ hypervisorId, region: REGION, queues, brokerFunctionArn: 'holdfast-test-broker' }),
    instanceType: 't4g.micro',
    imageId: SEED_IMAGES.linuxArm,
    instanceProfileName: PROFILE,
    most: 5,
    ordersPerNode: 4,
    scaledBy: 'queues',
    ...change,
  });
  const credentialsOf = (roleArn: string): Credentials => {
    const { AccessKeyId, SecretAccessKey, SessionToken } = world.cloud.admin.credentialsForRole(roleArn, 'function');
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  };
  const group = async (account: string, name: string) => {
    const client = new AutoScalingClient(asRoot(account));
    const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
    return (await client.send(command)).AutoScalingGroups?.[0];
  };

  describe("in the control plane's own account, by the deployment's own role", () => {
    let environment: NodeJS.ProcessEnv;
    before(async () => {
      await makeProfile(SERVICE_ACCOUNT);
      const { accessKeyId, secretAccessKey, sessionToken } = credentialsOf(
        world.cloud.admin.putRole({
          accountId: SERVICE_ACCOUNT,
          name: 'making-nodes',
          trustPolicy: trusting('lambda.amazonaws.com'),
          policies: { making: policy(...MAKING) },
        }).arn,
      );
      environment = { ...process.env };
      // A Lambda function finds its role's credentials just there.
      Object.assign(process.env, {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      });
    });
    after(() => {
      process.env = environment;
    });

    const reach = (): ServiceReach => ({
      hypervisorId: freshId('hv'),
      accountId: SERVICE_ACCOUNT,
      region: REGION,
      auth: { method: 'iam-role' },
    });

    it('makes what launches nodes, once, and keeps it up to date', async () => {
      const hypervisor = reach();
      const { hypervisorId } = hypervisor;
      const account = await accounts.open(hypervisor);
      const made = await account.ensureAutoScaling(nodes(hypervisorId, { zones: [`${REGION}a`] }));
      const { autoScalingGroupName, launchTemplateName } = serviceAccountNames(STAGE, hypervisorId);
      assert.deepEqual(made, { autoScalingGroupName, launchTemplateName });
      assert.deepEqual(await account.ensureAutoScaling(nodes(hypervisorId, { zones: [`${REGION}a`] })), made);
      assert.deepEqual(await account.describeAutoScaling(autoScalingGroupName), {
        zones: [`${REGION}a`],
        desired: 0,
        inService: 0,
        most: 5,
        instances: [],
      });
      await account.ensureAutoScaling(nodes(hypervisorId, { most: 7, instanceType: 't4g.small' }));
      const found = await group(SERVICE_ACCOUNT, autoScalingGroupName);
      assert.deepEqual([found?.MaxSize, found?.MinSize, found?.AvailabilityZones?.length], [7, 0, 3]);
      const { LaunchTemplateVersions } = await new EC2Client(asRoot(SERVICE_ACCOUNT)).send(
        new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: launchTemplateName }),
      );
      const types = (LaunchTemplateVersions ?? []).map(({ LaunchTemplateData }) => LaunchTemplateData?.InstanceType);
      assert.deepEqual(types.toSorted(), ['t4g.micro', 't4g.small'], 'a version for each change, none for the same');
      const data = LaunchTemplateVersions?.[0]?.LaunchTemplateData;
      assert.equal(data?.MetadataOptions?.HttpTokens, 'required');
      assert.deepEqual(
        settingsOfUserData(Buffer.from(data?.UserData ?? '', 'base64').toString()),
        nodes(hypervisorId).environment,
      );
      await account.removeAutoScaling(made);
      await account.removeAutoScaling(made);
      await until(
        () => group(SERVICE_ACCOUNT, autoScalingGroupName),
        (there) => there === undefined,
      );
      assert.equal(await account.describeAutoScaling(autoScalingGroupName), undefined);
    });

    it('launches nodes while orders wait or are in hand, and takes them down when there are none', async () => {
      world.cloud.kernel.store.table('autoscaling.settings').put('settings', {
        evaluationMs: 100,
        scaleOutEvaluations: 1,
        scaleInEvaluations: 2,
        retryMs: 100,
      });
      const hypervisor = reach();
      const account = await accounts.open(hypervisor);
      const made = await account.ensureAutoScaling(nodes(hypervisor.hypervisorId));
      const sqs = new SQSClient(asRoot(SERVICE_ACCOUNT));
      for (let order = 0; order < 6; order++)
        await sqs.send(new SendMessageCommand({ QueueUrl: queues.work, MessageBody: `order ${order}` }));
      const state = () => account.describeAutoScaling(made.autoScalingGroupName);
      await until(state, (now) => now?.desired === 2 && now.inService === 2);
      const { Reservations = [] } = await new EC2Client(asRoot(SERVICE_ACCOUNT)).send(
        new DescribeInstancesCommand({
          Filters: [{ Name: `tag:${ACCESS_NODE_TAG}`, Values: [hypervisor.hypervisorId] }],
        }),
      );
      const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
      assert.equal(instances.length, 2);
      assert.ok(instances.every(({ IamInstanceProfile }) => IamInstanceProfile?.Arn?.endsWith(`/${PROFILE}`)));
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queues.work, MaxNumberOfMessages: 10 }),
      );
      assert.equal(Messages.length, 6);
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal((await state())?.desired, 2, 'orders in hand keep nodes');
      const sqsQueues = createSqsQueues({ client: sqs });
      await sqsQueues.remove(queues.work);
      await until(state, (now) => now?.desired === 0 && now.inService === 0);
      await account.removeAutoScaling(made);
      queues = { ...queues, work: await sqsQueues.ensure('holdfast-test-hv-00000002-work') };
    });

    it('says why no node comes', async () => {
      const hypervisor = reach();
      const account = await accounts.open(hypervisor);
      const wish = nodes(hypervisor.hypervisorId, { instanceType: 'z9.huge', scaledBy: 'control-plane' });
      const made = await account.ensureAutoScaling(wish);
      await account.setDesired(made.autoScalingGroupName, 1);
      const state = () => account.describeAutoScaling(made.autoScalingGroupName);
      assert.match((await until(state, (now) => now?.problem !== undefined))?.problem ?? '', /z9\.huge/);
      await account.setDesired(made.autoScalingGroupName, 0);
      assert.equal((await state())?.problem, undefined);
      await account.removeAutoScaling(made);
    });

    it('moves to other zones, and names the zone that has no subnet', async () => {
      const hypervisor = reach();
      const account = await accounts.open(hypervisor);
      const { autoScalingGroupName: name } = await account.ensureAutoScaling(nodes(hypervisor.hypervisorId));
      await account.setZones(name, [`${REGION}b`, `${REGION}c`]);
      assert.deepEqual((await account.describeAutoScaling(name))?.zones, [`${REGION}b`, `${REGION}c`]);
      await assert.rejects(account.setZones(name, [`${REGION}b`, `${REGION}z`]), (error: Error) => {
        assert.equal(error.name, 'InvalidRequest');
        assert.match(error.message, /eu-central-1z/);
        return true;
      });
      await account.setZones(name, []);
      assert.equal((await account.describeAutoScaling(name))?.zones.length, 3);
      await assert.rejects(account.setZones('holdfast-test-nodes-none', []), { name: 'NotFound' });
      await assert.rejects(account.setDesired('holdfast-test-nodes-none', 1), { name: 'NotFound' });
    });

    it('is launched in the subnets that are named for it, and in no others', async () => {
      const hypervisor = reach();
      const account = await accounts.open(hypervisor);
      const ec2 = new EC2Client(asRoot(SERVICE_ACCOUNT));
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
      ec2.destroy();
      const subnets = Subnets.filter(({ AvailabilityZone }) => !AvailabilityZone?.endsWith('a')).map(
        ({ SubnetId = '' }) => SubnetId,
      );
      assert.equal(subnets.length, 2);
      const zonesWith = async (zones: readonly string[]) => {
        const wish = nodes(hypervisor.hypervisorId, { subnets, zones });
        const { autoScalingGroupName } = await account.ensureAutoScaling(wish);
        return (await account.describeAutoScaling(autoScalingGroupName))?.zones;
      };
      assert.deepEqual(await zonesWith([]), [`${REGION}b`, `${REGION}c`]);
      assert.deepEqual(await zonesWith([`${REGION}c`]), [`${REGION}c`]);
      const { autoScalingGroupName: name } = serviceAccountNames(STAGE, hypervisor.hypervisorId);
      await account.setZones(name, [], subnets);
      assert.deepEqual((await account.describeAutoScaling(name))?.zones, [`${REGION}b`, `${REGION}c`]);
      await assert.rejects(account.setZones(name, [`${REGION}a`], subnets), /none of the subnets that nodes may be in/);
      await assert.rejects(zonesWith([`${REGION}a`]), {
        name: 'InvalidRequest',
        message: /eu-central-1a: none of the subnets that nodes may be in/,
      });
    });

    it('has no scaling policy where the control plane sizes the group', async () => {
      const hypervisor = reach();
      const account = await accounts.open(hypervisor);
      const { autoScalingGroupName: name } = await account.ensureAutoScaling(nodes(hypervisor.hypervisorId));
      const client = new AutoScalingClient(asRoot(SERVICE_ACCOUNT));
      const policies = async () =>
        (await client.send(new DescribePoliciesCommand({ AutoScalingGroupName: name }))).ScalingPolicies?.length;
      assert.equal(await policies(), 1);
      for (let twice = 0; twice < 2; twice++)
        await account.ensureAutoScaling(nodes(hypervisor.hypervisorId, { scaledBy: 'control-plane' }));
      assert.equal(await policies(), 0);
    });

    it('is made by one of several that make it at once, and by the next if AWS failed half-way', async () => {
      const hypervisor = reach();
      const account = await accounts.open(hypervisor);
      const wish = nodes(hypervisor.hypervisorId);
      const fault = world.cloud.faults.add({
        service: 'autoscaling',
        operation: 'PutScalingPolicy',
        kind: 'error-503',
      });
      await assert.rejects(account.ensureAutoScaling(wish), { name: 'TransientFailure' });
      fault.remove();
      const made = await Promise.all(Array.from({ length: 5 }, () => account.ensureAutoScaling(wish)));
      assert.equal(new Set(made.map(({ autoScalingGroupName }) => autoScalingGroupName)).size, 1);
    });
  });

  describe('in another account', () => {
    const externalId = 'external-id-of-the-second-account';
    const management = (): PolicyDocument =>
      policy(...managementStatements({ stage: STAGE, accountId: OTHER, region: REGION }));
    const groupOf = async (hypervisorId: string): Promise<string> => {
      const name = serviceAccountNames(STAGE, hypervisorId);
      const root = { hypervisorId, accountId: OTHER, region: REGION };
      // Stands for the deployment of the template: made by the other account's root.
      await makeProfile(OTHER);
      const { accessKeyId, secretAccessKey } = world.cloud.admin.rootAccessKey(OTHER);
      const secretArn = await createSecretsManagerSecrets({
        client: new SecretsManagerClient(asRoot(SERVICE_ACCOUNT)),
      }).create(freshId('root'), secretAccessKey);
      const account = await accounts.open({ ...root, auth: { method: 'access-key', accessKeyId, secretArn } });
      await account.ensureAutoScaling(nodes(hypervisorId, { scaledBy: 'control-plane' }));
      return name.autoScalingGroupName;
    };

    const ways: Record<string, (hypervisorId: string) => Promise<ServiceReach>> = {
      'an assumed role': async (hypervisorId) => {
        const { arn: roleArn } = world.cloud.admin.putRole({
          accountId: OTHER,
          name: `holdfast-${STAGE}-management`,
          trustPolicy: policy(
            {
              Effect: 'Allow',
              Principal: { AWS: world.arn('HubRole') },
              Action: 'sts:AssumeRole',
              Condition: { StringEquals: { 'sts:ExternalId': externalId } },
            },
            {
              Effect: 'Allow',
              Principal: { AWS: world.arn('HubRole') },
              Action: ['sts:SetSourceIdentity', 'sts:TagSession'],
            },
          ),
          policies: { management: management() },
        });
        const auth = { method: 'assume-role', roleArn, externalId } as const;
        return { hypervisorId, accountId: OTHER, region: REGION, auth };
      },
      'an access key': async (hypervisorId) => {
        const { admin } = world.cloud;
        admin.putUser({ accountId: OTHER, name: 'holdfast', policies: { management: management() } });
        const { accessKeyId, secretAccessKey } = admin.createAccessKey(OTHER, 'holdfast');
        const secretArn = await createSecretsManagerSecrets({
          client: new SecretsManagerClient(asRoot(SERVICE_ACCOUNT)),
        }).create(`holdfast-${STAGE}-${hypervisorId}`, secretAccessKey);
        const auth = { method: 'access-key', accessKeyId, secretArn } as const;
        return { hypervisorId, accountId: OTHER, region: REGION, auth };
      },
    };

    for (const [way, reachBy] of Object.entries(ways)) {
      it(`sees and sizes the group by ${way}, and can do nothing else`, async () => {
        const hypervisorId = freshId('hv');
        const account = await accounts.open(await reachBy(hypervisorId));
        assert.equal(
          await account.describeAutoScaling(serviceAccountNames(STAGE, hypervisorId).autoScalingGroupName),
          undefined,
        );
        const name = await groupOf(hypervisorId);
        await account.setZones(name, [`${REGION}a`]);
        await account.setDesired(name, 2);
        await until(
          () => account.describeAutoScaling(name),
          (now) => now?.desired === 2 && now.inService === 2,
        );
        const [one, other] = (await account.describeAutoScaling(name))?.instances ?? [];
        assert.ok(one && other && !one.ending && !other.ending);
        await account.endNode(name, one.instanceId);
        const fewer = await account.describeAutoScaling(name);
        assert.equal(fewer?.desired, 1, 'no other comes for it by itself');
        assert.ok(fewer?.instances.every(({ instanceId, ending }) => ending === (instanceId === one.instanceId)));
        for (const each of [one.instanceId, 'i-0123456789abcdef0']) await account.endNode(name, each);
        await account.endNode(`${name}-none`, other.instanceId);
        await until(
          () => account.describeAutoScaling(name),
          (now) => now?.desired === 1 && now.inService === 1 && now.instances.length === 1,
        );
        await account.endNode(name, one.instanceId);
        assert.deepEqual((await account.describeAutoScaling(name))?.instances, [{ ...other, ending: false }]);
        await account.setDesired(name, 0);
        await assert.rejects(account.ensureAutoScaling(nodes(hypervisorId)), (error: Error) => {
          assert.equal(error.name, 'CredentialsRejected');
          assert.match(error.message, /ec2:CreateLaunchTemplate in the account 444444444444/);
          return true;
        });
      });
    }

    it('is refused by name where the role does not let us in', async () => {
      const hypervisor = await (ways['an assumed role'] as (id: string) => Promise<ServiceReach>)(freshId('hv'));
      const auth = { ...hypervisor.auth, externalId: 'another' } as ServiceReach['auth'];
      await assert.rejects(accounts.open({ ...hypervisor, auth }), { name: 'CredentialsRejected' });
    });
  });

  describe('roles of nodes', () => {
    const nodeRole = (hypervisorId: string) => {
      const { Resources } = accessNodesTemplate({
        stage: STAGE,
        hypervisorId,
        controlPlaneAccountId: SERVICE_ACCOUNT,
      });
      const { RoleName, AssumeRolePolicyDocument, Policies } = (Resources.NodeRole as TemplateResource).Properties as {
        RoleName: string;
        AssumeRolePolicyDocument: PolicyDocument;
        Policies: { PolicyName: string; PolicyDocument: PolicyDocument }[];
      };
      return {
        arn: `arn:aws:iam::${OTHER}:role/${RoleName}`,
        make: () =>
          world.cloud.admin.putRole({
            accountId: OTHER,
            name: RoleName,
            trustPolicy: AssumeRolePolicyDocument,
            policies: Object.fromEntries(Policies.map((each) => [each.PolicyName, each.PolicyDocument])),
          }),
      };
    };
    const roles = () => {
      return createIamNodeRoles({
        client: new IAMClient(clientSettings('own', REGION, world.as('OperatorApiRole'))),
        stage: STAGE,
        accountId: SERVICE_ACCOUNT,
        boundaryArn: world.ref('NodeBoundary'),
        permissions: nodePermissions({ stage: STAGE, accountId: SERVICE_ACCOUNT, region: REGION }),
      });
    };
    const assume = (node: string, RoleArn: string, ExternalId?: string) =>
      new STSClient(clientSettings('own', REGION, credentialsOf(node))).send(
        new AssumeRoleCommand({ RoleArn, RoleSessionName: 'node', ...(ExternalId ? { ExternalId } : {}) }),
      );

    it("let exactly that node's role take exactly that hypervisor's orders", async () => {
      const hypervisorId = freshId('hv');
      const node = nodeRole(hypervisorId);
      const roleArn = await roles().ensureNodeRole(hypervisorId, node.arn);
      assert.equal(await roles().ensureNodeRole(hypervisorId, node.arn), roleArn, 'before the node has a role');
      node.make();
      const other = nodeRole(freshId('hv'));
      const otherArn = other.make().arn;
      const { Credentials: session } = await assume(node.arn, roleArn, hypervisorId);
      await assert.rejects(assume(node.arn, roleArn), { name: 'AccessDenied' });
      await assert.rejects(assume(node.arn, roleArn, freshId('hv')), { name: 'AccessDenied' });
      await assert.rejects(assume(otherArn, roleArn, hypervisorId), { name: 'AccessDenied' });
      // Even if its own account allowed it.
      world.cloud.admin.putRole({
        accountId: OTHER,
        name: 'mighty',
        trustPolicy: trusting('ec2.amazonaws.com'),
        policies: { all: policy(allow(['sts:AssumeRole'])) },
      });
      await assert.rejects(assume(`arn:aws:iam::${OTHER}:role/mighty`, roleArn, hypervisorId), {
        name: 'AccessDenied',
      });

      const sqs = new SQSClient(
        clientSettings('own', REGION, {
          accessKeyId: session?.AccessKeyId ?? '',
          secretAccessKey: session?.SecretAccessKey ?? '',
          sessionToken: session?.SessionToken ?? '',
        }),
      );
      const made = createSqsQueues({ client: new SQSClient(asRoot(SERVICE_ACCOUNT)) });
      for (const end of ['restores', 'work']) {
        const QueueUrl = await made.ensure(`holdfast-${STAGE}-${hypervisorId}-${end}`);
        await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0 }));
      }
      for (const QueueUrl of Object.values(queues))
        await assert.rejects(sqs.send(new ReceiveMessageCommand({ QueueUrl })), /AccessDenied|not authorized/);
    });

    it('are what nodes run as in the control plane’s own account, by a profile of the same name', async () => {
      const hypervisorId = freshId('hv');
      const roleArn = await roles().ensureNodeRole(hypervisorId);
      assert.equal(await roles().ensureNodeRole(hypervisorId), roleArn, 'made again');
      const name = roleArn.split('/')[1] ?? '';
      const iam = new IAMClient(asRoot(SERVICE_ACCOUNT));
      const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name }));
      assert.deepEqual(
        InstanceProfile?.Roles?.map(({ Arn }) => Arn),
        [roleArn],
      );
      const { trustPolicy } = world.cloud.admin.role(roleArn) ?? {};
      assert.deepEqual(trustPolicy?.Statement, [
        { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
      for (let twice = 0; twice < 2; twice++) await roles().remove(hypervisorId);
      await assert.rejects(iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name })), {
        name: 'NoSuchEntityException',
      });
      assert.equal(world.cloud.admin.role(roleArn), undefined);
    });

    it('go, and going twice is fine', async () => {
      const hypervisorId = freshId('hv');
      const node = nodeRole(hypervisorId);
      node.make();
      const roleArn = await roles().ensureNodeRole(hypervisorId, node.arn);
      await roles().remove(hypervisorId);
      await roles().remove(hypervisorId);
      await assert.rejects(assume(node.arn, roleArn, hypervisorId), { name: 'AccessDenied' });
    });
  });
});
