import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createIamNodeRoles } from '../../adapters/aws/iam-node-roles.ts';
import { createLibraryBuckets } from '../../adapters/aws/library-buckets.ts';
import { createSecretsManagerSecrets } from '../../adapters/aws/secrets-manager-secrets.ts';
import { createServiceAccounts } from '../../adapters/aws/service-accounts.ts';
import { createSqsQueues } from '../../adapters/aws/sqs-queues.ts';
import { type AutomaticNodes, nodeEnvironment } from '../../core/domain/automatic-nodes.ts';
import { templateText } from '../../core/domain/cloudformation.ts';
import { managementStatements, serviceAccessTemplate } from '../../core/domain/service-access-template.ts';
import type { ServiceAccount, ServiceReach } from '../../core/ports/service-account.ts';
import { deployTemplate } from '../../dev/deployment/deploy-template.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { nodePermissions } from '../../functions/wiring/node-permissions.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { freshId } from './records.ts';
import { REGION, startWorld, until, type World } from './world.ts';

const OTHER = '444444444444';
const STAGE = 'test';
/** The operators' API makes nodes' groups; another function, once a minute, sizes them. */
type Role = 'OperatorApiRole' | 'SizeNodesRole';

describe("groups of access nodes, under the deployment's own roles", () => {
  let world: World;
  let queues: AutomaticNodes['queues'];
  const environment = { ...process.env };
  before(async () => {
    world = await startWorld();
    world.cloud.admin.createAccount(OTHER, 'second service account');
    const sqs = createSqsQueues({ client: new SQSClient(clientSettings('own', REGION, world.as('OperatorApiRole'))) });
    queues = {
      restores: await sqs.ensure('holdfast-test-hv-1-restores'),
      work: await sqs.ensure('holdfast-test-hv-1-work'),
    };
  });
  after(async () => {
    process.env = environment;
    await world.stop();
  });

  /** As in that role's Lambda function, which finds its credentials just there. */
  const inFunctionOf = (role: Role): void => {
    const { accessKeyId, secretAccessKey, sessionToken } = world.as(role);
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    });
  };
  const open = (role: Role, hypervisor: ServiceReach): Promise<ServiceAccount> => {
    inFunctionOf(role);
    const settings = clientSettings('own', REGION, world.as(role));
    const clients = { sts: new STSClient(settings), secrets: new SecretsManagerClient(settings) };
    return createServiceAccounts({
      ...clients,
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
      stage: STAGE,
    }).open(hypervisor);
  };

  it('are made and changed by the one, sized and looked at by the other, and go again', async () => {
    const hypervisorId = freshId('hv');
    const reach: ServiceReach = {
      hypervisorId,
      accountId: SERVICE_ACCOUNT,
      region: REGION,
      auth: { method: 'iam-role' },
    };
    const roles = createIamNodeRoles({
      client: new IAMClient(clientSettings('own', REGION, world.as('OperatorApiRole'))),
      stage: STAGE,
      accountId: SERVICE_ACCOUNT,
      boundaryArn: world.ref('NodeBoundary'),
      permissions: nodePermissions({ stage: STAGE, accountId: SERVICE_ACCOUNT, region: REGION }),
    });
    const nodeRoleArn = await roles.ensureNodeRole(hypervisorId);
    const wish: AutomaticNodes = {
      zones: [],
      queues,
      environment: nodeEnvironment({ hypervisorId, region: REGION, queues, brokerFunctionArn: 'holdfast-test-broker' }),
      instanceType: 't4g.micro',
      imageId: SEED_IMAGES.linuxArm,
      instanceProfileName: nodeRoleArn.split('/').at(-1) ?? '',
      most: 5,
      ordersPerNode: 4,
      scaledBy: 'queues',
    };
    const making = await open('OperatorApiRole', reach);
    const made = await making.ensureAutoScaling(wish);
    const { autoScalingGroupName: name } = made;
    // no instance type of AWS's: no node will come
    await making.ensureAutoScaling({ ...wish, instanceType: 'z9.huge', scaledBy: 'control-plane' });
    const sizing = await open('SizeNodesRole', reach);
    await sizing.setDesired(name, 1);
    for (const account of [sizing, making])
      await until(
        () => account.describeAutoScaling(name),
        (now) => now?.problem?.includes('z9.huge') === true,
      );
    await assert.rejects(sizing.removeAutoScaling(made), { name: 'CredentialsRejected' });
    await making.removeAutoScaling(made);
    await until(
      () => making.describeAutoScaling(name),
      (now) => now === undefined,
    );
    await roles.remove(hypervisorId);
  });

  it('elsewhere are sized with an access key that the control plane keeps', async () => {
    const hypervisorId = freshId('hv');
    const { admin } = world.cloud;
    const management = {
      Version: '2012-10-17',
      Statement: managementStatements({ stage: STAGE, accountId: OTHER, region: REGION }),
    } as PolicyDocument;
    admin.putUser({ accountId: OTHER, name: 'holdfast', policies: { management } });
    const { accessKeyId, secretAccessKey } = admin.createAccessKey(OTHER, 'holdfast');
    const operator = clientSettings('own', REGION, world.as('OperatorApiRole'));
    const secretArn = await createSecretsManagerSecrets({ client: new SecretsManagerClient(operator) }).create(
      `holdfast-${STAGE}-${hypervisorId}`,
      secretAccessKey,
    );
    const auth = { method: 'access-key', accessKeyId, secretArn } as const;
    const account = await open('SizeNodesRole', { hypervisorId, accountId: OTHER, region: REGION, auth });
    assert.equal(await account.describeAutoScaling(`holdfast-${STAGE}-nodes-none`), undefined);
    const root = new AutoScalingClient(clientSettings('own', REGION, admin.rootAccessKey(OTHER)));
    assert.deepEqual((await root.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups, []);
  });

  it('work for a library elsewhere, of whose bucket the operators’ API sees whether it has Object Lock', async () => {
    const bucket = `second-library-${OTHER}`;
    const template = serviceAccessTemplate({
      stage: STAGE,
      accountId: OTHER,
      region: REGION,
      hubRoleArn: world.arn('HubRole'),
      brokerRoleArn: world.arn('BrokerRole'),
      operatorRoleArn: world.arn('OperatorApiRole'),
      externalId: 'external-id-of-the-second-account',
      library: { bucket },
    });
    await deployTemplate(world.cloud, { accountId: OTHER, region: REGION }, 'access', templateText(template));
    inFunctionOf('OperatorApiRole');
    assert.equal(await createLibraryBuckets().objectLock(bucket, REGION), 'enabled');
    inFunctionOf('SizeNodesRole');
    assert.equal(await createLibraryBuckets().objectLock(bucket, REGION), 'denied');
  });
});
