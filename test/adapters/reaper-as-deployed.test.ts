/** The sweep as its function puts it together, under its own role: everything that it removes on the service side. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateStateMachineCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createDynamoThrottles } from '../../adapters/aws/dynamo-throttles.ts';
import { nodeEnvironment } from '../../core/domain/automatic-nodes.ts';
import type { Job } from '../../core/domain/job.ts';
import { attemptName } from '../../core/domain/protected-instance.ts';
import { createReap } from '../../core/steps/reaper/reap.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { deployTenantUser } from '../../dev/tenant-user.ts';
import { createOperatorApi } from '../../functions/api/operator-api.ts';
import { wireOperatorApi } from '../../functions/wiring/api.ts';
import { wireReaper } from '../../functions/wiring/reap.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { deployFunction } from '../../local/lambda/deploy-function.ts';
import { event } from '../api/call-as.ts';
import { asFunctionOf } from './as-function-of.ts';
import { aJob, anInstance, freshId } from './records.ts';
import { REGION, startWorld, type World } from './world.ts';

const STAGE = 'test';
const NAME = `holdfast-${STAGE}`;
const HOUR = 3_600_000;
const saved = { ...process.env };

let world: World;
before(async () => {
  world = await startWorld();
});
after(async () => {
  process.env = saved;
  await world.stop();
});

const settings = () => clientSettings('own', REGION, world.cloud.admin.rootAccessKey(SERVICE_ACCOUNT));

/** All that `POST /operator/hypervisors` makes, up to the record that names it. */
const beginHypervisor = async (hypervisorId: string): Promise<{ readonly secret: string }> => {
  const { queues, nodeRoles, brokerNames, secrets, serviceAccounts } = wireReaper(
    asFunctionOf(world, 'OperatorApiRole'),
  );
  const urls = {
    restores: await queues.ensure(`${NAME}-${hypervisorId}-restores`),
    work: await queues.ensure(`${NAME}-${hypervisorId}-work`),
  };
  const nodeRoleArn = await nodeRoles.ensureNodeRole(hypervisorId);
  await brokerNames.ensure(hypervisorId);
  const secret = await secrets.create(`${NAME}-${hypervisorId}`, 'a key');
  const auth = { method: 'iam-role' } as const;
  const account = await serviceAccounts.open({ hypervisorId, accountId: SERVICE_ACCOUNT, region: REGION, auth });
  const brokerFunctionArn = `${NAME}-broker`;
  await account.ensureAutoScaling({
    zones: [],
    queues: urls,
    environment: nodeEnvironment({ hypervisorId, region: REGION, queues: urls, brokerFunctionArn }),
    instanceType: 't4g.micro',
    imageId: SEED_IMAGES.linuxArm,
    instanceProfileName: nodeRoleArn.split('/').at(-1) ?? '',
    most: 5,
    ordersPerNode: 4,
    scaledBy: 'queues',
  });
  return { secret };
};

test('under a role that makes nothing, all that was begun for a hypervisor goes, and so do a schedule and a stuck job’s leftovers', {
  timeout: 60_000,
}, async () => {
  const codePath = join(import.meta.dirname, '../local-services/functions/identity.mjs');
  deployFunction(world.cloud.kernel, {
    ...{ accountId: SERVICE_ACCOUNT, region: REGION, functionName: `${NAME}-broker`, roleArn: world.arn('BrokerRole') },
    ...{ codePath, handlerExport: 'handler', environment: {}, timeoutSeconds: 10, memoryMb: 128 },
  });
  const machines = new SFNClient(settings());
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
  const made = await Promise.all(
    ['backup', 'cleanup'].map((name) =>
      machines.send(
        new CreateStateMachineCommand({ name: `${NAME}-${name}`, roleArn: world.arn('CleanUpStatesRole'), definition }),
      ),
    ),
  );
  const scheduler = new SchedulerClient(settings());
  const schedule = { Name: 'plan-gone-backup', GroupName: NAME };
  await scheduler.send(
    new CreateScheduleCommand({
      ...{ ...schedule, ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' } },
      Target: { Arn: 'arn:aws:lambda:eu-central-1:999999999999:function:x', RoleArn: world.arn('SchedulerRole') },
    }),
  );
  const root = world.cloud.admin.rootPrincipal(SERVICE_ACCOUNT);
  const upload = { Bucket: world.ref('WorkBucket'), Key: 'work/half' };
  await world.cloud.kernel.call(root, REGION, 's3', 'CreateMultipartUpload', upload);
  const hypervisorId = freshId('hv');
  const { secret } = await beginHypervisor(hypervisorId);

  const begun = Date.now();
  const catalog = createDynamoCatalog({ client: new DynamoDBClient(settings()), table: world.ref('Table') });
  const reach = { accountId: SERVICE_ACCOUNT, region: REGION, auth: { method: 'iam-role' } } as const;
  await catalog.serviceIntents.intend({
    ...{ hypervisorId, kind: 'service', ...reach, secret, autoScaling: true, at: begun, state: 'intended' },
  });
  const [tenant, other] = world.tenants;
  await catalog.hypervisors.add(tenant);
  // One that is entered by its access key.
  const { accessKeyId, secretAccessKey } = await deployTenantUser(world.cloud, other.accountId);
  const keeper = wireReaper(asFunctionOf(world, 'OperatorApiRole')).secrets;
  const secretArn = await keeper.create(`${NAME}-${other.hypervisorId}`, secretAccessKey);
  await catalog.hypervisors.add({ ...other, auth: { method: 'access-key', accessKeyId, secretArn } });
  const job: Job = { ...aJob(tenant.hypervisorId), state: 'running', createdAt: begun, startedAt: begun };
  await catalog.jobs.add(job);
  await catalog.jobs.addInstance(anInstance(job, 'i-00000001'));
  const over: Job = { ...aJob(tenant.hypervisorId), state: 'failed', createdAt: begun, endedAt: begun };
  await catalog.jobs.add(over);
  await catalog.instances.lock(tenant.hypervisorId, 'i-00000002', attemptName(over.jobId, 1));

  const wired = wireReaper(asFunctionOf(world, 'ReapRole'));
  const sweep = (later: number) => createReap({ ...wired, clock: { now: () => Date.now() + later } })();
  const outcome = await sweep(5 * HOUR);
  const findings = (await catalog.findings.list({ limit: 100 })).items.map(({ kind, error }) => [kind, error]);
  assert.deepEqual([outcome.failed, outcome.problems, outcome.left], [0, [], 0], JSON.stringify(findings));
  assert.deepEqual([outcome.removed, outcome.begun], [3, 1], JSON.stringify(outcome));

  const { executions = [] } = await machines.send(
    new ListExecutionsCommand({ stateMachineArn: made[1]?.stateMachineArn ?? '' }),
  );
  assert.deepEqual(
    executions.map(({ name }) => name),
    [`${attemptName(job.jobId, 1)}-cleanup`],
  );
  assert.equal((await catalog.instances.get(tenant.hypervisorId, 'i-00000002'))?.owner, undefined);
  const roleName = `${NAME}-node-${hypervisorId.slice(-12)}`;
  const gone: Readonly<Record<string, () => Promise<unknown>>> = {
    schedule: () => scheduler.send(new GetScheduleCommand(schedule)),
    queue: () => new SQSClient(settings()).send(new GetQueueUrlCommand({ QueueName: `${NAME}-${hypervisorId}-work` })),
    role: () => new IAMClient(settings()).send(new GetRoleCommand({ RoleName: roleName })),
    'broker’s name': () =>
      new LambdaClient(settings()).send(new GetAliasCommand({ FunctionName: `${NAME}-broker`, Name: hypervisorId })),
    secret: () => new SecretsManagerClient(settings()).send(new DescribeSecretCommand({ SecretId: secret })),
  };
  for (const [what, look] of Object.entries(gone)) await assert.rejects(look(), what);
  const { AutoScalingGroups = [] } = await new AutoScalingClient(settings()).send(
    new DescribeAutoScalingGroupsCommand({}),
  );
  assert.ok(
    AutoScalingGroups.every(({ Status }) => Status !== undefined),
    'the group is being deleted',
  );
  assert.deepEqual(await catalog.serviceIntents.open(), []);
  const uploads = await sweep(9 * 24 * HOUR);
  assert.deepEqual(
    [uploads.failed, await wired.uploads.list()],
    [0, []],
    'parts are kept for as long as a job may last',
  );

  // What it must not be able to do, though the operators' API can.
  await assert.rejects(wired.queues.ensure(`${NAME}-x`), { name: 'AccessDeniedException' });
  await assert.rejects(wired.secrets.create(`${NAME}-x`, 'x'), { name: 'AccessDeniedException' });
  await assert.rejects(wired.nodeRoles.ensureNodeRole(freshId('hv')), { name: 'AccessDenied' });
  await assert.rejects(wired.brokerNames.ensure(freshId('hv')), { name: 'AccessDeniedException' });
  await assert.rejects(wired.executions.start('restore', freshId('job'), {}), { name: 'AccessDeniedException' });
});

test('a run by hand notes what AWS throttles in the account, as a sweep does, so that jobs leave a gap', {
  timeout: 60_000,
}, async () => {
  const client = new DynamoDBClient(settings());
  const [tenant] = world.tenants;
  await createDynamoCatalog({ client, table: world.ref('Table') }).hypervisors.add(tenant);
  const noted = async () => {
    const notes = createDynamoThrottles({ client, table: world.ref('Table') }, Date.now);
    return [...(await notes.of(tenant.hypervisorId, tenant.region)).keys()];
  };
  const call = async (method: string, more: Parameters<typeof event>[3]) => {
    const operatorApi = createOperatorApi(wireOperatorApi(asFunctionOf(world, 'OperatorApiRole')));
    return operatorApi(event(SERVICE_ACCOUNT, method, '/operator/reaper', more));
  };
  const { hypervisorId: tenantId } = tenant;
  assert.deepEqual(await noted(), []);
  world.cloud.faults.add({ service: 'ec2', operation: 'DescribeVolumes', kind: 'throttle', nth: 1 });
  assert.equal((await call('GET', { query: { tenantId } })).statusCode, 200);
  assert.deepEqual(await noted(), ['ec2:DescribeVolumes']);
  world.cloud.faults.add({ service: 'ec2', operation: 'DescribeImages', kind: 'throttle', nth: 1 });
  assert.equal((await call('POST', { body: { tenantId } })).statusCode, 200);
  assert.deepEqual((await noted()).toSorted(), ['ec2:DescribeImages', 'ec2:DescribeVolumes']);
});
