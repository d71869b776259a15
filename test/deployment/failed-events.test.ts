import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { alarmsOf } from '../../dev/deployment/notification-resources.ts';
import { readServerless } from '../../dev/deployment/read-serverless.ts';
import { onFailure } from '../../local/lambda/on-failure.ts';
import { REGION, startWorld, type World } from '../adapters/world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

const PLACE = { accountId: '111111111111', region: REGION, stage: 'test' };

test('each function that events call, and that is told what the event is, keeps what failed, and its role may', async () => {
  const { functions } = readServerless('serverless.yml', PLACE);
  const queueArn = world.arn('FailedEvents');
  const sqs = (role: string) =>
    new SQSClient({ endpoint: world.cloud.endpoint, region: REGION, credentials: world.as(role) });
  for (const key of ['startCleanUp', 'startScheduledJob', 'scheduleLibraryRuns']) {
    const { name = '', role = '' } = functions[key] ?? {};
    const arn = `arn:aws:lambda:${REGION}:${queueArn.split(':')[4]}:function:${name}`;
    assert.equal(onFailure(world.cloud.kernel, arn), queueArn, key);
    const client = sqs(role);
    await client.send(new SendMessageCommand({ QueueUrl: world.ref('FailedEvents'), MessageBody: '{}' }));
    await assert.rejects(client.send(new ReceiveMessageCommand({ QueueUrl: world.ref('FailedEvents') })), {
      name: 'AccessDeniedException',
    });
    client.destroy();
  }
});

test('the alarm on them watches the queue that there is, and tells the alarms’ topic', () => {
  const alarm = alarmsOf(world.cloud).find(({ Namespace }) => Namespace === 'AWS/SQS');
  assert.equal(alarm?.Dimensions[0]?.Value, world.arn('FailedEvents').split(':')[5]);
  assert.deepEqual(alarm?.AlarmActions, [world.ref('AlarmsTopic')]);
});

/** Of the table in docs/monitoring.md: what functions write by stage. */
const tabled = (): readonly string[] => {
  const text = readFileSync('docs/monitoring.md', 'utf8');
  const rows = text.slice(text.indexOf('| fact '), text.indexOf('Lines of the last two rows')).split('\n');
  return rows.flatMap((row) => [...(row.split(' | ')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
};

test('the dashboard shows what functions write, of this stage, all of it', () => {
  const { resources } = readServerless('serverless.yml', PLACE);
  const { Dashboard } = Object.assign({}, ...resources.map(({ Resources }) => Resources));
  const { widgets } = JSON.parse(Dashboard.Properties.DashboardBody) as {
    widgets: { properties: { region: string; metrics: [string, string, string, string][] } }[];
  };
  const sources = readdirSync('core', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join('core', file), 'utf8'))
    .join();
  assert.ok(widgets.length > 5);
  for (const { properties } of widgets) {
    assert.equal(properties.region, REGION);
    for (const [namespace, metric, ...stage] of properties.metrics) {
      assert.deepEqual([namespace, ...stage], ['Holdfast', 'stage', 'test']);
      assert.match(sources, new RegExp(`\\b${metric}\\b`), metric);
    }
  }
  const shown = new Set(widgets.flatMap(({ properties }) => properties.metrics.map(([, metric]) => metric)));
  assert.ok(tabled().length > 30);
  assert.deepEqual(
    tabled().filter((metric) => !shown.has(metric)),
    [],
  );
  const watched = alarmsOf(world.cloud).filter(({ Namespace }) => Namespace === 'Holdfast');
  assert.deepEqual(
    watched.map(({ MetricName }) => MetricName).filter((metric) => !shown.has(metric)),
    [],
  );
});
