import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createS3WorkArea } from '../../adapters/aws/s3-work-area.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { createSfnTaskTokens } from '../../adapters/aws/sfn-task-tokens.ts';
import { createSqsQueueDepths, createSqsQueues } from '../../adapters/aws/sqs-queues.ts';
import type { Executions } from '../../core/ports/control.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { waitingMachine } from '../contract/waiting-machine.ts';
import { aJob, anEffect, anInstance, anOrder, aPoint, aVolume, freshId } from './records.ts';
import { REGION, startWorld, until, type World } from './world.ts';

describe("the control plane's own services, under the deployment's own roles", () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  const as = (role: string) => clientSettings('own', REGION, world.as(role));
  const asRoot = () => clientSettings('own', REGION, world.cloud.admin.rootAccessKey(SERVICE_ACCOUNT));

  for (const role of ['CleanUpRole', 'BrokerRole', 'TenantApiRole', 'OperatorApiRole']) {
    it(`keeps the catalog, as ${role}`, async () => {
      const table = world.ref('Table');
      const catalog = createDynamoCatalog({ client: new DynamoDBClient(as(role)), table });
      const tenant = freshId('hv');
      const job = aJob(tenant);
      assert.equal(await catalog.jobs.add(job), true);
      assert.equal(await catalog.jobs.add(job), false);
      assert.deepEqual((await catalog.jobs.list(tenant, { limit: 5 })).items, [job]);
      await catalog.jobs.addInstance(anInstance(job, 'i-00000001'));
      assert.equal((await catalog.jobs.instances(job.jobId)).length, 1);
      assert.equal((await catalog.instances.lock(tenant, 'i-00000001', 'me'))?.fence, 1);
      assert.equal(await catalog.instances.lock(tenant, 'i-00000001', 'you'), undefined);
      const point = aPoint(tenant, 'i-00000001', [aVolume(1, [3, 4])]);
      await catalog.points.add(point);
      await catalog.points.fill(tenant, point.recoveryPointId, 1, { volumes: [aVolume(2, [])] }, 'final');
      assert.deepEqual((await catalog.points.list(tenant, undefined, { limit: 1 })).items[0]?.volumes, [
        aVolume(2, []),
      ]);
      const order = anOrder(job, 'i-00000001');
      await catalog.orders.add([order]);
      assert.deepEqual(await catalog.orders.ofAttempt(job.jobId, 1), [order]);
      await catalog.effects.intend(anEffect(job));
    });
  }

  // whoever looks for open jobs finds the row of one whose end was cut short, and removes it
  for (const role of ['TickRole', 'StartScheduledJobRole']) {
    it(`tidies up as it looks for open jobs, as ${role}`, async () => {
      const table = world.ref('Table');
      const catalog = createDynamoCatalog({ client: new DynamoDBClient(as(role)), table });
      const job = aJob(freshId('hv'));
      await catalog.jobs.add(job);
      const rows = new DynamoDBClient(asRoot());
      const Key = { pk: { S: 'OPEN-JOBS' }, sk: { S: `${job.tenantId}#${job.jobId}#1` } };
      const find = async () => (await rows.send(new GetItemCommand({ TableName: table, Key }))).Item;
      const row = await find();
      assert.ok(row);
      await catalog.jobs.update(job.tenantId, job.jobId, { state: 'failed', endedAt: 2 });
      await rows.send(new PutItemCommand({ TableName: table, Item: row }));
      assert.deepEqual(await catalog.jobs.openOf(job.tenantId), []);
      assert.equal(await find(), undefined);
    });
  }

  it('lets go of a library whose run has ended without saying so, as ScheduleLibraryRunsRole', async () => {
    const client = new DynamoDBClient(as('ScheduleLibraryRunsRole'));
    const { libraryRuns } = createDynamoCatalog({ client, table: world.ref('Table') });
    const [tenant, service] = [freshId('hv'), freshId('hv')];
    assert.equal(await libraryRuns.hold(tenant, service, 'run-1'), 'run-1');
    await libraryRuns.letGo(tenant, service, 'run-2');
    assert.equal(await libraryRuns.hold(tenant, service, 'run-2'), 'run-1', 'only who has it lets it go');
    await libraryRuns.letGo(tenant, service, 'run-1');
    assert.equal(await libraryRuns.hold(tenant, service, 'run-2'), 'run-2');
  });

  it('keeps JSON in the work area, and says undefined of what is not there', async () => {
    const work = createS3WorkArea({ client: new S3Client(as('PlanTransferRole')), bucket: world.ref('WorkBucket') });
    const key = `work/${freshId('job')}/1/plan.json`;
    assert.equal(await work.getJson(key), undefined);
    await work.putJson(key, [{ orderId: 'ord-1' }]);
    await work.putJson(key, { segments: ['ä', 1, null] });
    assert.deepEqual(await work.getJson(key), { segments: ['ä', 1, null] });
    await assert.rejects(work.getJson('elsewhere/x.json'), 'what is refused is not taken for absent');
    const fault = world.cloud.faults.add({ service: 's3', operation: 'GetObject', kind: 'error-503' });
    await assert.rejects(work.getJson(key), { name: 'TransientFailure' });
    assert.equal(fault.fired, 2, 'two attempts, see clients.ts');
    fault.remove();
  });

  it('makes a queue once, whoever tuned it since', async () => {
    const client = new SQSClient(as('OperatorApiRole'));
    const queues = createSqsQueues({ client });
    const name = `holdfast-test-${freshId('hv')}-work`;
    const url = await queues.ensure(name);
    assert.equal(await queues.ensure(name), url);
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['VisibilityTimeout', 'MessageRetentionPeriod'] }),
    );
    assert.deepEqual(Attributes, { VisibilityTimeout: '60', MessageRetentionPeriod: '1209600' });
    const tuner = new SQSClient(asRoot());
    await tuner.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { VisibilityTimeout: '90' } }));
    assert.equal(await queues.ensure(name), url);
  });

  it('tells how many orders a queue has, and removes it with whatever it holds', async () => {
    const root = new SQSClient(asRoot());
    const queues = createSqsQueues({ client: root });
    const depths = createSqsQueueDepths({ client: root });
    const url = await queues.ensure(`holdfast-test-${freshId('hv')}-work`);
    assert.equal(await depths.depth(url), 0);
    for (const MessageBody of ['a', 'b', 'c']) await root.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    await root.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 1 }));
    assert.equal(await depths.depth(url), 3, 'what a node holds counts as well');
    await queues.remove(url);
    await queues.remove(url);
    assert.equal(await depths.depth(url), 0);
  });

  describe('executions', () => {
    let executions: Executions;
    let executionsOf: (role: string) => Executions;
    let queueUrl: string;
    before(async () => {
      queueUrl = await createSqsQueues({ client: new SQSClient(as('OperatorApiRole')) }).ensure(
        'holdfast-test-hv-1-work',
      );
      const { stateMachineArn = '' } = await new SFNClient(asRoot()).send(
        new CreateStateMachineCommand({
          name: 'holdfast-test-backup',
          roleArn: world.arn('TransferStatesRole'),
          definition: JSON.stringify(waitingMachine(queueUrl)),
        }),
      );
      executionsOf = (role) =>
        createSfnExecutions({
          client: new SFNClient(as(role)),
          machines: {
            backup: stateMachineArn,
            snapshot: `${stateMachineArn}-s`,
            'backup-copy': `${stateMachineArn}-b`,
            restore: `${stateMachineArn}-r`,
            cleanup: `${stateMachineArn}-c`,
            'library-run': `${stateMachineArn}-l`,
          },
        });
      executions = executionsOf('OperatorApiRole');
    });

    it('start once under a name, and say so when the name was used for something else', async () => {
      const name = `${freshId('job')}-1`;
      const first = await executions.start('backup', name, { jobId: 'a' });
      assert.equal(first.outcome, 'started');
      assert.ok(first.executionArn.endsWith(`:execution:holdfast-test-backup:${name}`));
      assert.deepEqual(await executions.start('backup', name, { jobId: 'a' }), first);
      const exists = { outcome: 'exists', executionArn: first.executionArn };
      assert.deepEqual(await executions.start('backup', name, { jobId: 'b' }), exists);
      assert.equal(await executions.status('backup', name), 'RUNNING');
      await executions.stop('backup', name, 'JobCancelled', 'a cause '.repeat(5_000));
      await executions.stop('backup', name, 'JobCancelled', 'again');
      assert.equal(await executions.status('backup', name), 'ABORTED');
      const stopped = { name: 'JobCancelled', cause: 'a cause '.repeat(125) };
      assert.deepEqual(await executions.state('backup', name), { status: 'ABORTED', error: stopped });
      assert.deepEqual(await executions.start('backup', name, { jobId: 'a' }), exists);
      assert.equal(await executions.status('backup', 'never-started'), undefined);
      assert.equal(await executions.state('backup', 'never-started'), undefined);
      await executions.stop('backup', 'never-started', 'JobCancelled', '');
    });

    const tokenOf = async (name: string): Promise<string> => {
      const sqs = new SQSClient(asRoot());
      const receive = async (): Promise<string | undefined> => {
        const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }));
        const bodies = (Messages ?? []).map(({ Body }) => JSON.parse(Body ?? '') as { taskToken: string; of: string });
        return bodies.find(({ of }) => of === name)?.taskToken;
      };
      return (await until(receive, (token) => token !== undefined)) ?? '';
    };

    it('keep a task token alive until they end', async () => {
      const name = `${freshId('job')}-1`;
      const tokens = createSfnTaskTokens({ client: new SFNClient(as('BrokerRole')) });
      await executions.start('backup', name, {});
      const taskToken = await tokenOf(name);
      assert.equal(await tokens.heartbeat(taskToken), true);
      await executions.stop('backup', name, 'JobCancelled', '');
      assert.equal(await tokens.heartbeat(taskToken), false);
      assert.equal(await tokens.heartbeat('not a token'), false);
    });

    it('fail when their order cannot be done, once', async () => {
      const name = `${freshId('job')}-1`;
      const tokens = createSfnTaskTokens({ client: new SFNClient(as('BrokerRole')) });
      await executions.start('backup', name, {});
      const taskToken = await tokenOf(name);
      for (let twice = 0; twice < 2; twice++) await tokens.fail(taskToken, 'SnapshotFailed', 'a cause '.repeat(5_000));
      assert.equal(
        await until(
          () => executions.status('backup', name),
          (status) => status !== 'RUNNING',
        ),
        'FAILED',
      );
      assert.equal((await executions.state('backup', name))?.error?.name, 'SnapshotFailed');
    });

    it('are stopped by the tick when their time is over', async () => {
      const name = `${freshId('job')}-1`;
      await executions.start('backup', name, {});
      await executionsOf('TickRole').stop('backup', name, 'DeadlineExceeded', '');
      assert.equal(await executions.status('backup', name), 'ABORTED');
    });
  });
});
