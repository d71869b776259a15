import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { sha256 } from '../../adapters/system.ts';
import { operatorRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import { scheduledJobId } from '../../core/steps/schedule/start-scheduled-job.ts';
import { alarmsOf } from '../../dev/deployment/notification-resources.ts';
import { runCli } from '../cli/run-cli.ts';
import { assertEmf, type EmfLine, emfLines } from '../health/emf.ts';
import { instanceWithData, openWorld, startBackup, type World, waitForCleanup, waitForJob } from './world.ts';

const HOUR = 3_600_000;

interface Told {
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>> & { readonly tenantView: Readonly<Record<string, unknown>> };
}

const asRoot = ({ local: { cloud, place } }: World, service: string, operation: string, input: object) =>
  cloud.kernel.call(cloud.admin.rootPrincipal(place.accountId), place.region, service, operation, input);

/** A queue of an operator's, subscribed to the deployment's events. Answers the next message, whichever it is. */
const subscribe = async (world: World): Promise<() => Promise<Told>> => {
  const { accountId, region } = world.local.place;
  const topic = `arn:aws:sns:${region}:${accountId}:holdfast-dev-events`;
  const queue = `arn:aws:sqs:${region}:${accountId}:operators`;
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queue,
        Condition: { ArnEquals: { 'aws:SourceArn': topic } },
      },
    ],
  });
  const made = await asRoot(world, 'sqs', 'CreateQueue', { QueueName: 'operators', Attributes: { Policy } });
  const { QueueUrl } = made as { QueueUrl: string };
  await asRoot(world, 'sns', 'Subscribe', {
    TopicArn: topic,
    Protocol: 'sqs',
    Endpoint: queue,
    Attributes: { entry: [{ key: 'RawMessageDelivery', value: 'true' }] },
  });
  return async () => {
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      const { Messages = [] } = (await asRoot(world, 'sqs', 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 2 })) as {
        Messages?: { Body: string; ReceiptHandle: string }[];
      };
      const [message] = Messages;
      if (!message) continue;
      await asRoot(world, 'sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: message.ReceiptHandle });
      return JSON.parse(message.Body) as Told;
    }
    throw new Error('nobody was told anything');
  };
};

const call = async (world: World, name: string, event: object): Promise<unknown> => {
  const answer = (await asRoot(world, 'lambda', 'Invoke', {
    FunctionName: `holdfast-dev-${name}`,
    InvocationType: 'RequestResponse',
    Payload: Buffer.from(JSON.stringify(event)),
  })) as { FunctionError?: string; Payload: Buffer };
  const payload = answer.Payload.toString();
  assert.equal(answer.FunctionError, undefined, payload);
  return JSON.parse(payload);
};

const logLines = ({ local: { dataDir } }: World): readonly string[] => {
  const folder = join(dataDir, 'lambda-logs');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.log'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'));
};

const health = ({ local }: World, ...args: string[]) => {
  const { accessKeyId, secretAccessKey } = local.accounts.operator;
  return runCli(['health', ...args], {
    env: {
      HOLDFAST_API_URL: local.apiUrl,
      AWS_REGION: local.place.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
  });
};

/** Every alarm's metric is written, under just those dimensions: else it would watch nothing, and say nothing ever. */
const assertWatched = (world: World, lines: readonly EmfLine[]): void => {
  const alarms = alarmsOf(world.local.cloud).filter(({ Namespace }) => !Namespace.startsWith('AWS/'));
  assert.ok(alarms.length >= 13);
  for (const { AlarmName, Namespace, MetricName, Dimensions } of alarms) {
    const isWritten = lines.some((line) =>
      line._aws.CloudWatchMetrics.some(
        (directive) =>
          directive.Namespace === Namespace &&
          directive.Metrics.some(({ Name }) => Name === MetricName) &&
          directive.Dimensions.some(
            (names) =>
              names.length === Dimensions.length && Dimensions.every(({ Name, Value }) => line[Name] === Value),
          ),
      ),
    );
    assert.ok(isWritten, `${AlarmName} watches ${MetricName}, which nobody writes`);
  }
};

test('jobs’ ends, missed objectives and lost nodes reach whoever operates the deployment', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const { local, serviceId, queues } = world;
  const [tenant, other] = world.tenants;
  const node = local.startNode({ serviceId, queues });
  const next = await subscribe(world);
  const instance = await instanceWithData(world, tenant, [1], { seed: 1 });

  // AWS throttles once: the job goes on, and it is counted
  local.cloud.faults.add({ service: 'ec2', operation: 'CreateSnapshots', kind: 'throttle', nth: 1 });
  // what orders call cannot be written: they are done all the same
  const where = (input: unknown): boolean => JSON.stringify(input).includes('#CALLS');
  const away = ['UpdateItem', 'PutItem'].map((operation) =>
    local.cloud.faults.add({ service: 'dynamodb', operation, kind: 'error-500', where }),
  );
  const jobId = await startBackup(tenant, [instance.instanceId]);
  assert.equal((await waitForJob(tenant, jobId)).state, 'completed');
  const ended = await next();
  assert.equal(ended['detail-type'], 'Holdfast Job Ended');
  const { tenantView, ...forOperators } = ended.detail;
  assert.deepEqual(
    [forOperators.id, forOperators.state, forOperators.tenantId, forOperators.accountId, forOperators.stage],
    [`${jobId}-1-ended`, 'completed', tenant.hypervisorId, tenant.accountId, 'dev'],
  );
  assert.deepEqual([tenantView.jobId, tenantView.state], [jobId, 'completed']);
  for (const word of [local.place.accountId, serviceId, 'execution', other.hypervisorId])
    assert.ok(!JSON.stringify(tenantView).includes(word), `${word} is in what is for the tenant`);

  // that its calls are not counted is told, too; its cleanup, run again, adds them
  await waitForCleanup(world, jobId);
  for (const fault of away) fault.remove();
  const { hypervisorId: tenantId } = tenant;
  const blocksRead = async (): Promise<number | undefined> =>
    (await world.operator.call(operatorRoutes.listCosts, { query: {} })).items.find(
      (each) => each.tenantId === tenantId,
    )?.calls.blocksRead;
  assert.equal(await blocksRead(), 0);
  await call(world, 'step-clean-up', { jobId, attempt: 1, tenantId, pass: 1 });
  assert.ok(((await blocksRead()) ?? 0) > 0);

  // a job that fails is told as well
  const gone = await startBackup(tenant, ['i-00000000000000000']);
  await waitForJob(tenant, gone);
  const failed = await next();
  assert.deepEqual([failed.detail.jobId, failed.detail.state], [gone, 'failed']);
  assert.equal((failed.detail.error as { name: string }).name, 'InstanceNotFound');

  // a plan of long ago whose job of two hours ago selected an instance that has no recovery point
  const unprotected = await instanceWithData(world, tenant, [1], { seed: 2 });
  const { planId } = await tenant.api.call(tenantRoutes.addPlan, { body: { name: 'hourly' } });
  const catalog = createDynamoCatalog({
    client: new DynamoDBClient({
      endpoint: local.cloud.endpoint,
      region: local.place.region,
      credentials: local.cloud.admin.rootAccessKey(local.place.accountId),
    }),
    table: 'holdfast-dev',
  });
  const plan = await catalog.plans.get(tenant.hypervisorId, planId);
  const like = await catalog.jobs.get(tenant.hypervisorId, gone);
  assert.ok(plan && like);
  const dueAt = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
  const longAgo = dueAt - 24 * HOUR;
  // it was due this hour already: nothing goes by itself while this runs
  const schedule = { expression: 'rate(1 hour)', timeZone: 'UTC' };
  await catalog.plans.replace({ ...plan, schedule, createdAt: longAgo, updatedAt: longAgo });
  await catalog.plans.noteDue(tenant.hypervisorId, planId, 'backup', dueAt + 2 * HOUR);
  for (const at of [dueAt, dueAt + HOUR]) {
    const scheduled = scheduledJobId(sha256, planId, 'backup', at);
    await catalog.jobs.add({ ...like, jobId: scheduled, createdAt: at, endedAt: at, endTold: 1 });
    await catalog.jobs.addInstance({
      jobId: scheduled,
      tenantId: tenant.hypervisorId,
      instanceId: unprotected.instanceId,
      phase: 'failed',
      phaseSince: at,
      counters: noCounters,
    });
  }
  await call(world, 'measure', {});
  const missed = await next();
  assert.equal(missed['detail-type'], 'Holdfast Objective Missed');
  assert.deepEqual([missed.detail.instanceId, missed.detail.planId], [unprotected.instanceId, planId]);

  // the node dies; that it has not been heard of for more than a minute is put into its record
  await node.kill();
  const [record] = await catalog.nodes.list(serviceId);
  assert.ok(record);
  await catalog.nodes.register({ ...record, heartbeatAt: Date.now() - 70_000 });
  await call(world, 'tick', { scheduledTime: new Date(Math.floor(Date.now() / HOUR) * HOUR).toISOString() });
  await call(world, 'reap', {});
  const bad = await health(world);
  assert.equal(bad.code, 1, bad.err);
  assert.match(bad.out, /bad\s+objectives\s+1 of 1 instance have no recovery point as new as their plans ask/);
  assert.match(bad.out, new RegExp(`${unprotected.instanceId}, plan ${planId}`));
  assert.match(bad.out, /bad\s+access nodes\s+1 access node not heard of, 0 at work/);
  assert.match(bad.out, /warn\s+failed jobs\s+\d+ jobs? of the last day failed/);
  assert.match(bad.out, /ok\s+tick/);
  assert.match(bad.out, /ok\s+sweeps/);

  // another node, and a backup: the objective is met again
  local.startNode({ serviceId, queues });
  await catalog.nodes.remove(serviceId, record.nodeId);
  const mended = await startBackup(tenant, [unprotected.instanceId]);
  assert.equal((await waitForJob(tenant, mended)).state, 'completed');
  assert.equal((await next()).detail.jobId, mended);
  await call(world, 'measure', {});
  const met = await next();
  assert.deepEqual(
    [met['detail-type'], met.detail.id],
    ['Holdfast Objective Met', String(missed.detail.id).replace(/missed$/, 'met')],
  );
  const good = await health(world, '--json');
  assert.equal(good.code, 0, good.out);
  assert.equal(JSON.parse(good.out).level, 'warn');

  // what the functions wrote: metrics that CloudWatch reads, every alarm's among them, and lines with ids
  await sleep(300);
  const lines = logLines(world);
  const metrics = emfLines(lines);
  for (const line of metrics) assertEmf(line);
  assertWatched(world, metrics);
  const end = metrics.find((line) => line.jobId === gone && line.JobsFailed === 1);
  assert.deepEqual(
    [end?.tenantId, end?.state, end?.instanceId],
    [tenant.hypervisorId, 'failed', 'i-00000000000000000'],
  );
  const throttle = metrics.find((line) => line.Throttles === 1);
  assert.deepEqual([throttle?.jobId, throttle?.action], [jobId, 'ec2:CreateSnapshots']);
  for (const metric of ['CallsNotNotedYet', 'CallsNotCounted'] as const) {
    const uncounted = metrics.find((line) => line[metric] === 1);
    assert.deepEqual([uncounted?.jobId, uncounted?.tenantId], [jobId, tenant.hypervisorId], metric);
  }
  const steps = lines.flatMap((line) => (line.includes('"message":"done"') ? [JSON.parse(line)] : []));
  const commit = steps.find(({ service, jobId: of }) => service === 'commit-recovery-point' && of === jobId);
  assert.deepEqual([commit?.tenantId, commit?.instanceId], [tenant.hypervisorId, instance.instanceId]);
});
