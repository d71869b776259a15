import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { putOnFailure } from '../../local/lambda/on-failure.ts';
import { createLambda, type Deployment, deployFunction } from '../../local/lambda/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { createSts } from '../../local/sts/service.ts';
import { ACME, errorName, GLOBEX, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

let world: TwoAccounts;
let acme: LambdaClient;
let globex: LambdaClient;
const clock = new VirtualClock(Date.now());

const connect = () => {
  acme = new LambdaClient(world.config(world.acme));
  globex = new LambdaClient(world.config(world.globex));
};

const deploy = (functionName: string, handlerExport = functionName, more: Partial<Deployment> = {}) =>
  deployFunction(world.cloud.kernel, {
    accountId: ACME,
    region: REGION,
    functionName,
    roleArn: `arn:aws:iam::${ACME}:role/functions`,
    codePath: fileURLToPath(new URL('./functions/sample.mjs', import.meta.url)),
    handlerExport,
    environment: {},
    timeoutSeconds: 10,
    memoryMb: 128,
    ...more,
  });

before(async () => {
  world = await startTwoAccounts([createSts, createSqs, createLambda], clock);
  world.cloud.admin.putRole({
    accountId: ACME,
    name: 'functions',
    trustPolicy: {
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    },
    policies: {
      logs: {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: `arn:aws:logs:${REGION}:${ACME}:log-group:/aws/lambda/log:*`,
        },
      },
    },
  });
  connect();
});
after(() => world.close());

const invoke = async (FunctionName: string, event: unknown = {}, more: object = {}, client = acme) => {
  const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }));
  const text = answer.Payload?.transformToString() ?? '';
  return { ...answer, payload: text === '' ? undefined : JSON.parse(text) };
};

test('a function gets its event and context, and answers', async () => {
  const arn = deploy('echo');
  const answer = await invoke('echo', { volume: 'vol-1' });
  assert.equal(answer.StatusCode, 200);
  assert.equal(answer.ExecutedVersion, '$LATEST');
  assert.equal(answer.FunctionError, undefined);
  assert.deepEqual(answer.payload.event, { volume: 'vol-1' });
  const { context } = answer.payload;
  assert.equal(context.functionName, 'echo');
  assert.equal(context.invokedFunctionArn, arn);
  assert.equal(context.memoryLimitInMB, '128');
  assert.equal(context.awsRequestId, answer.$metadata.requestId);
  assert.ok(context.remaining > 8_000 && context.remaining <= 10_000);
  assert.equal((await invoke(arn)).StatusCode, 200);
  assert.equal((await invoke(`${ACME}:function:echo`)).StatusCode, 200);
});

test('an instance stays warm between invocations, and serves one at a time', async () => {
  deploy('warm', 'echo');
  const first = await invoke('warm');
  const second = await invoke('warm');
  assert.equal(second.payload.threadId, first.payload.threadId);
  assert.equal(second.payload.calls, 2);
  deploy('meeting', 'meet');
  const meeting = { file: join(world.dataDir, 'meeting'), count: 4 };
  const met = await Promise.all(Array.from({ length: 4 }, () => invoke('meeting', meeting)));
  assert.deepEqual(new Set(met.map(({ FunctionError }) => FunctionError)), new Set([undefined]));
  deploy('one-bed', 'period', { maxInstances: 1 });
  const periods = (await Promise.all(Array.from({ length: 3 }, () => invoke('one-bed', { ms: 20 })))).map(
    ({ payload }) => payload as { start: number; end: number },
  );
  periods.sort((a, b) => a.start - b.start);
  for (const [index, { end }] of periods.entries()) assert.ok(end <= (periods[index + 1]?.start ?? Infinity));
});

test('a function sees its own environment and nothing of the process', async (t) => {
  process.env.SECRET_OF_THE_PROCESS = 'x';
  t.after(() => delete process.env.SECRET_OF_THE_PROCESS);
  deploy('environment', 'environment', { environment: { TABLE: 'jobs' } });
  const { payload } = await invoke('environment');
  assert.equal(payload.TABLE, 'jobs');
  assert.equal(payload.AWS_LAMBDA_FUNCTION_NAME, 'environment');
  assert.equal(payload.AWS_REGION, REGION);
  assert.ok(payload.AWS_SESSION_TOKEN && payload.AWS_ACCESS_KEY_ID && payload.AWS_SECRET_ACCESS_KEY);
  assert.equal(payload.SECRET_OF_THE_PROCESS, undefined);
  assert.equal(payload.PATH, undefined);
  assert.equal(payload.HOME, undefined);
});

test("a function's SDK clients act as its role", async () => {
  const codePath = fileURLToPath(new URL('./functions/identity.mjs', import.meta.url));
  deploy('identity', 'handler', { codePath });
  assert.equal((await invoke('identity')).payload, `arn:aws:sts::${ACME}:assumed-role/functions/identity`);
});

test('an error that a handler throws is the answer, under its name', async () => {
  deploy('fail');
  const { FunctionError, payload, StatusCode } = await invoke('fail');
  assert.equal(StatusCode, 200);
  assert.equal(FunctionError, 'Unhandled');
  assert.equal(payload.errorType, 'SnapshotQuotaExceeded');
  assert.equal(payload.errorMessage, 'too many snapshots');
  assert.match(payload.trace[0], /SnapshotQuotaExceeded: too many snapshots/);
  deploy('nothing');
  assert.equal((await invoke('nothing')).payload, null);
});

test('a function that takes too long is killed, even in a busy loop', async () => {
  deploy('spin', 'spin', { timeoutSeconds: 1 });
  const { FunctionError, payload } = await invoke('spin');
  assert.equal(FunctionError, 'Unhandled');
  assert.equal(payload.errorType, 'Sandbox.Timedout');
  assert.match(payload.errorMessage, /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
});

test('the end of an instance is an error of the runtime, and the next invocation gets another one', async () => {
  deploy('exit');
  const { payload } = await invoke('exit');
  assert.equal(payload.errorType, 'Runtime.ExitError');
  assert.match(payload.errorMessage, /Runtime exited with error: exit status 3$/);
  assert.equal((await invoke('exit')).payload.errorType, 'Runtime.ExitError');
  deploy('reject');
  assert.equal((await invoke('reject')).payload.errorType, 'Runtime.UnhandledPromiseRejection');
  deploy('hoard');
  const { payload: hoarded } = await invoke('hoard');
  assert.match(hoarded.errorMessage, /Runtime exited with error: signal: killed$/);
});

test('code that cannot be loaded says why', async () => {
  deploy('no-export', 'absent');
  assert.equal((await invoke('no-export')).payload.errorType, 'Runtime.HandlerNotFound');
  assert.equal(await errorName(invoke('never-deployed')), 'ResourceNotFoundException');
  const raw = new InvokeCommand({ FunctionName: 'no-export', Payload: '{ not json' });
  assert.equal(await errorName(acme.send(raw)), 'InvalidRequestContentException');
});

test('what a function logs is in its file and in the log tail', async () => {
  deploy('log');
  const { LogResult = '' } = await invoke('log', {}, { LogType: 'Tail' });
  assert.match(Buffer.from(LogResult, 'base64').toString(), /START RequestId: .*\na line for the log\nEND RequestId/s);
  const file = join(world.dataDir, 'lambda-logs', ACME, REGION, 'log.log');
  await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('REPORT'));
  assert.match(readFileSync(file, 'utf8'), /a line for the log/);
});

test('what a function logs is lost where its role may not write it, and nothing else happens', async () => {
  deploy('log-of-another', 'log');
  const { LogResult = '', FunctionError } = await invoke('log-of-another', {}, { LogType: 'Tail' });
  assert.equal(FunctionError, undefined);
  assert.match(Buffer.from(LogResult, 'base64').toString(), /a line for the log/);
  assert.equal(existsSync(join(world.dataDir, 'lambda-logs', ACME, REGION, 'log-of-another.log')), false);
});

test('an event that fails is tried again after one minute and then two', async () => {
  const codePath = fileURLToPath(new URL('./functions/flaky.mjs', import.meta.url));
  deploy('flaky', 'handler', { codePath });
  const file = join(world.dataDir, 'attempts');
  const attempts = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
  const accepted = await invoke('flaky', { file, succeedAt: 3 }, { InvocationType: 'Event' });
  assert.equal(accepted.StatusCode, 202);
  await advanceUntil(0, () => attempts().length === 1);
  // A restart between attempts loses nothing.
  await until(() => pendingFailures() === 1);
  await world.restart();
  connect();
  await clock.advance(59_000);
  assert.equal(attempts().length, 1);
  await advanceUntil(1_000, () => attempts().length === 2);
  await until(() => pendingFailures() === 2);
  await advanceUntil(120_000, () => attempts().length === 3);
  await until(() => pendingFailures() === undefined);
  assert.equal(new Set(attempts()).size, 1, 'all attempts carry the same request id');
});

test('an event that fails each time goes to the queue that was named for it, if the function’s role may send there', async () => {
  const failed = `arn:aws:sqs:${REGION}:${ACME}:failed`;
  const root = world.cloud.admin.rootPrincipal(ACME);
  const sqs = (operation: string, input: object) => world.cloud.kernel.call(root, REGION, 'sqs', operation, input);
  const { QueueUrl } = (await sqs('CreateQueue', { QueueName: 'failed' })) as { QueueUrl: string };
  const codePath = fileURLToPath(new URL('./functions/flaky.mjs', import.meta.url));
  const fail = async (name: string, roleName: string): Promise<readonly { Body: string }[]> => {
    const arn = deploy(name, 'handler', { codePath, roleArn: `arn:aws:iam::${ACME}:role/${roleName}` });
    putOnFailure(world.cloud.kernel, arn, failed);
    const file = join(world.dataDir, name);
    const attempts = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0);
    await invoke(name, { file, succeedAt: 9 }, { InvocationType: 'Event' });
    await advanceUntil(0, () => attempts() === 1);
    await until(() => pendingFailures() === 1);
    await advanceUntil(60_000, () => attempts() === 2);
    await until(() => pendingFailures() === 2);
    await advanceUntil(120_000, () => attempts() === 3);
    await until(() => pendingFailures() === undefined);
    const { Messages = [] } = (await sqs('ReceiveMessage', { QueueUrl })) as { Messages?: { Body: string }[] };
    return Messages;
  };
  assert.deepEqual(await fail('silent', 'functions'), [], 'its role may not');
  world.cloud.admin.putRole({
    accountId: ACME,
    name: 'telling',
    trustPolicy: {
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    },
    policies: {
      tell: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: failed } },
    },
  });
  const [message, ...others] = await fail('told', 'telling');
  assert.equal(others.length, 0);
  const { requestContext, requestPayload } = JSON.parse(message?.Body ?? '{}');
  assert.equal(requestContext.condition, 'RetriesExhausted');
  assert.equal(requestContext.approximateInvokeCount, 3);
  assert.match(requestContext.functionArn, /:function:told:\$LATEST$/);
  assert.equal(requestPayload.succeedAt, 9);
});

test('another account may invoke what the policy of the function lets it', async () => {
  const arn = deploy('guarded', 'echo');
  assert.equal(await errorName(invoke(arn, {}, {}, globex)), 'AccessDeniedException');
  deploy('guarded', 'echo', {
    policy: {
      Statement: { Effect: 'Allow', Principal: { AWS: GLOBEX }, Action: 'lambda:InvokeFunction', Resource: arn },
    },
  });
  assert.equal((await invoke(arn, {}, {}, globex)).StatusCode, 200);
  assert.deepEqual((await globex.send(new ListFunctionsCommand({}))).Functions, []);
  assert.equal(
    await errorName(globex.send(new GetFunctionCommand({ FunctionName: 'guarded' }))),
    'ResourceNotFoundException',
  );
});

test('a function is described, kept over a restart, and deleted', async () => {
  deploy('kept', 'echo');
  await world.restart();
  connect();
  const { Configuration } = await acme.send(new GetFunctionCommand({ FunctionName: 'kept' }));
  assert.equal(Configuration?.Timeout, 10);
  assert.equal(Configuration?.Handler, 'sample.echo');
  assert.equal((await invoke('kept')).payload.calls, 1);
  await acme.send(new DeleteFunctionCommand({ FunctionName: 'kept' }));
  assert.equal(await errorName(invoke('kept')), 'ResourceNotFoundException');
});

const pendingFailures = (): number | undefined =>
  [...world.cloud.kernel.store.table<{ failures: number }>('lambda.events').entries()][0]?.value.failures;

const until = async (condition: () => boolean): Promise<void> => {
  for (let waited = 0; !condition(); waited += 10) {
    assert.ok(waited < 60_000, 'it never came to be');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

const advanceUntil = async (ms: number, condition: () => boolean): Promise<void> => {
  await clock.advance(ms);
  await until(condition);
};
