import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { matchesPattern } from '../../local/events/event-patterns.ts';
import { createEvents, putRule } from '../../local/events/service.ts';
import { VirtualClock } from '../../local/kernel/clock.ts';
import type { LocalEvent } from '../../local/kernel/service.ts';
import { createLambda, deployFunction } from '../../local/lambda/service.ts';
import { ACME, GLOBEX, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

let world: TwoAccounts;
const clock = new VirtualClock(Date.now());
const functionArn = `arn:aws:lambda:${REGION}:${ACME}:function:record`;
const pattern = { source: ['aws.states'], 'detail-type': ['Status Change'], detail: { status: ['FAILED', 'ABORTED'] } };

const event = (status: string, more: Partial<LocalEvent> = {}): LocalEvent => ({
  source: 'aws.states',
  'detail-type': 'Status Change',
  account: ACME,
  region: REGION,
  time: new Date(clock.now()).toISOString(),
  resources: [],
  detail: { status, name: 'job-1' },
  ...more,
});

before(async () => {
  world = await startTwoAccounts([createLambda, createEvents], clock);
  world.cloud.admin.putRole({
    accountId: ACME,
    name: 'functions',
    trustPolicy: {
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    },
  });
  deployFunction(world.cloud.kernel, {
    accountId: ACME,
    region: REGION,
    functionName: 'record',
    roleArn: `arn:aws:iam::${ACME}:role/functions`,
    codePath: fileURLToPath(new URL('./functions/record.mjs', import.meta.url)),
    handlerExport: 'handler',
    environment: { RECORD: join(world.dataDir, 'record') },
    timeoutSeconds: 10,
    memoryMb: 128,
    policy: {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: functionArn,
      },
    },
  });
  putRule(world.cloud.kernel, {
    accountId: ACME,
    region: REGION,
    name: 'failed-executions',
    eventPattern: pattern,
    targetArn: functionArn,
  });
});
after(() => world.close());

const recorded = () => {
  const file = join(world.dataDir, 'record');
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
};

const untilRecorded = async (count: number): Promise<void> => {
  for (let waited = 0; recorded().length < count; waited += 10) {
    assert.ok(waited < 60_000, `${recorded().length} of ${count} events have arrived`);
    await clock.advance(0);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

test("an event that fits the rule's pattern reaches the function, others do not", async () => {
  const { kernel } = world.cloud;
  kernel.emit(event('SUCCEEDED'));
  kernel.emit(event('FAILED', { account: GLOBEX }));
  kernel.emit(event('FAILED', { region: 'us-east-1' }));
  kernel.emit(event('FAILED'));
  await untilRecorded(1);
  const [only, ...more] = recorded();
  assert.equal(more.length, 0);
  assert.equal(only.detail.status, 'FAILED');
  assert.equal(only.account, ACME);
  assert.equal(only.version, '0');
});

test('a delivery that fails is made again, also after a restart', async () => {
  world.cloud.faults.add({ service: 'lambda', operation: 'Invoke', kind: 'throttle', nth: 1 });
  world.cloud.kernel.emit(event('ABORTED'));
  const pending = () => [...world.cloud.kernel.store.table<{ failures: number }>('events.deliveries').entries()];
  for (let waited = 0; pending()[0]?.value.failures !== 1; waited += 10) {
    assert.ok(waited < 60_000, 'the first delivery has failed');
    await clock.advance(0);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await world.restart();
  await clock.advance(1_000);
  await untilRecorded(2);
  assert.equal(recorded()[1].detail.status, 'ABORTED');
});

test('patterns match values, prefixes, exclusions and presence', () => {
  const sample = { source: 'aws.ec2', detail: { state: 'running', tags: ['a', 'b'], size: 3, nested: { id: null } } };
  const fits = (wanted: object) => matchesPattern(wanted as never, sample);
  assert.ok(fits({ source: [{ prefix: 'aws.' }], detail: { state: ['stopped', 'running'] } }));
  assert.ok(fits({ detail: { tags: ['b'], size: [3], nested: { id: [null] } } }));
  assert.ok(fits({ detail: { state: [{ 'anything-but': ['stopped'] }], gone: [{ exists: false }] } }));
  assert.ok(fits({ detail: { state: [{ 'anything-but': { prefix: 'stop' } }] } }));
  assert.ok(!fits({ detail: { state: [{ 'anything-but': 'running' }] } }));
  assert.ok(!fits({ detail: { gone: [{ 'anything-but': 'x' }] } }));
  assert.ok(!fits({ detail: { size: ['3'] } }));
  assert.ok(!fits({ detail: { state: [{ exists: false }] } }));
  assert.ok(!fits({ source: ['aws.ec2'], detail: { state: ['stopped'] } }));
});

test('a pattern with anything that is not known is refused', () => {
  const rule = (eventPattern: object) =>
    putRule(world.cloud.kernel, {
      accountId: ACME,
      region: REGION,
      name: 'refused',
      eventPattern: eventPattern as never,
      targetArn: functionArn,
    });
  for (const eventPattern of [
    {},
    { source: [] },
    { source: 'aws.ec2' },
    { source: [{ suffix: 'x' }] },
    { detail: { size: [{ numeric: ['>', 3] }] } },
    { $or: [{ source: ['a'] }] },
    { source: [{ prefix: 'a', exists: true }] },
    { source: [['a']] },
  ])
    assert.throws(() => rule(eventPattern), { name: 'InvalidEventPatternException' }, JSON.stringify(eventPattern));
});
