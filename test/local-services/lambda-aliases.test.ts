import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { createLambda, deployFunction } from '../../local/lambda/service.ts';
import { createSts } from '../../local/sts/service.ts';
import { ACME, errorName, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

let world: TwoAccounts;
let owner: LambdaClient;

before(async () => {
  world = await startTwoAccounts([createSts, createLambda]);
  const { admin } = world.cloud;
  admin.putRole({
    accountId: ACME,
    name: 'functions',
    trustPolicy: {
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    },
  });
  owner = new LambdaClient(world.config(world.acme));
});
after(() => world.close());

const deploy = (functionName: string, policy?: Parameters<typeof deployFunction>[1]['policy']) =>
  deployFunction(world.cloud.kernel, {
    accountId: ACME,
    region: REGION,
    functionName,
    roleArn: `arn:aws:iam::${ACME}:role/functions`,
    codePath: fileURLToPath(new URL('./functions/sample.mjs', import.meta.url)),
    handlerExport: 'echo',
    environment: {},
    timeoutSeconds: 10,
    memoryMb: 128,
    ...(policy ? { policy } : {}),
  });

const make = (FunctionName: string, Name: string) =>
  owner.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion: '$LATEST' }));
const invoke = async (FunctionName: string, client = owner, more: object = {}) => {
  const { Payload } = await client.send(new InvokeCommand({ FunctionName, Payload: '{}', ...more }));
  return JSON.parse(Payload?.transformToString() ?? '');
};
const userWith = (name: string, ...resources: string[]) => {
  const { admin } = world.cloud;
  const policy = { Statement: { Effect: 'Allow' as const, Action: 'lambda:InvokeFunction', Resource: resources } };
  admin.putUser({ accountId: ACME, name, policies: { p: policy } });
  return new LambdaClient(world.config(admin.createAccessKey(ACME, name)));
};

test('a function learns by which of its names it was called', async () => {
  const arn = deploy('named');
  const { AliasArn, FunctionVersion } = await make('named', 'first');
  assert.deepEqual([AliasArn, FunctionVersion], [`${arn}:first`, '$LATEST']);
  for (const [name, more] of [
    [`${arn}:first`, {}],
    ['named:first', {}],
    ['named', { Qualifier: 'first' }],
  ] as const)
    assert.equal((await invoke(name, owner, more)).context.invokedFunctionArn, `${arn}:first`);
  const plain = await invoke('named');
  assert.equal(plain.context.invokedFunctionArn, arn);
  assert.equal((await invoke('named:first')).threadId, plain.threadId, 'one and the same function');
});

test('who may call an alias may call nothing else, and who may call the function not its aliases', async () => {
  const arn = deploy('doors');
  await make('doors', 'one');
  await make('doors', 'two');
  const one = userWith('one', `${arn}:one`);
  assert.equal((await invoke(`${arn}:one`, one)).context.invokedFunctionArn, `${arn}:one`);
  for (const [name, more] of [
    [`${arn}:two`, {}],
    [arn, {}],
    [`${arn}:$LATEST`, {}],
    [arn, { Qualifier: 'two' }],
  ] as const)
    assert.equal(await errorName(invoke(name, one, more)), 'AccessDeniedException', name);
  const whole = userWith('whole', arn);
  assert.equal((await invoke(arn, whole)).context.invokedFunctionArn, arn);
  assert.equal(await errorName(invoke(`${arn}:one`, whole)), 'AccessDeniedException');
});

test('a name is taken once, is gone when it is deleted, and goes with its function', async () => {
  deploy('going');
  await make('going', 'a');
  assert.equal(await errorName(make('going', 'a')), 'ResourceConflictException');
  assert.equal(await errorName(make('going', '7')), 'InvalidParameterValueException');
  assert.equal(await errorName(make('absent', 'a')), 'ResourceNotFoundException');
  assert.equal(
    await errorName(owner.send(new DeleteFunctionCommand({ FunctionName: 'going', Qualifier: 'a' }))),
    'InvalidParameterValueException',
  );
  for (let twice = 0; twice < 2; twice++)
    await owner.send(new DeleteAliasCommand({ FunctionName: 'going', Name: 'a' }));
  assert.equal(await errorName(invoke('going:a')), 'ResourceNotFoundException');
  await make('going', 'b');
  await owner.send(new DeleteFunctionCommand({ FunctionName: 'going' }));
  deploy('going');
  assert.equal(await errorName(invoke('going:b')), 'ResourceNotFoundException');
});
