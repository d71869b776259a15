/** Each function and each state machine under its own role, taken over: it can do what it is for, and nothing of the others. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AddRoleToInstanceProfileCommand, CreateRoleCommand, DeleteRoleCommand } from '@aws-sdk/client-iam';
import { CreateAliasCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { readServerless } from '../../dev/deployment/read-serverless.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { deployFunction } from '../../local/lambda/service.ts';
import { REGION, startWorld, type World } from '../adapters/world.ts';
import { type Calls, clientsOf, tryAll } from './denied-calls.ts';

const STAGE = 'test';
const NAME = `holdfast-${STAGE}`;
const { functions, stepFunctions } = readServerless(join(import.meta.dirname, '../../serverless.yml'), {
  ...{ accountId: SERVICE_ACCOUNT, region: REGION, stage: STAGE },
});
/** `openBackup`: those that the machine's definition names. */
const calledBy = (machine: string): ReadonlySet<string> =>
  new Set(
    [...JSON.stringify(stepFunctions.stateMachines[machine]).matchAll(/#\{(\w+)LambdaFunction\.Arn\}/g)].map(
      ([, name = '']) => name.charAt(0).toLowerCase() + name.slice(1),
    ),
  );
const roleOf = (machine: string): string => {
  const { role } = stepFunctions.stateMachines[machine] as { readonly role: { 'Fn::GetAtt': readonly [string] } };
  return role['Fn::GetAtt'][0];
};

describe('threats, a role each: a function or state machine of the control plane that was taken over', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());
  const as = (role: string) => clientsOf(world.cloud.endpoint, REGION, world.as(role));

  test('a state machine calls the functions that it names, no step of another and none that believes its caller', async () => {
    for (const { name } of Object.values(functions))
      deployFunction(world.cloud.kernel, {
        ...{ accountId: SERVICE_ACCOUNT, region: REGION, functionName: name, roleArn: world.arn('CleanUpRole') },
        codePath: fileURLToPath(new URL('../local-services/functions/sample.mjs', import.meta.url)),
        ...{ handlerExport: 'echo', environment: {}, timeoutSeconds: 10, memoryMb: 128 },
      });
    const calls: Calls = {};
    for (const machine of Object.keys(stepFunctions.stateMachines)) {
      const called = calledBy(machine);
      assert.ok(called.size > 0, machine);
      const { lambda } = as(roleOf(machine));
      for (const [id, { name }] of Object.entries(functions)) {
        if (called.has(id)) assert.match(name, /-step-/);
        else
          calls[`${machine} calls ${name}`] = () =>
            lambda.send(new InvokeCommand({ FunctionName: name, Payload: '{}' }));
      }
      const [own = ''] = called;
      await lambda.send(new InvokeCommand({ FunctionName: functions[own]?.name, Payload: '{}' }));
    }
    const { open, tried } = await tryAll(calls);
    assert.deepEqual(open, []);
    assert.equal(tried, 364);
  });

  test('a step that has nothing to do in a tenant’s account cannot become the hub, and the others can', async () => {
    const assume = new AssumeRoleCommand({ RoleArn: world.arn('HubRole'), RoleSessionName: 'mine' });
    const steps = Object.values(functions).filter(({ name }) => name.includes('-step-'));
    const reaching: string[] = [];
    const calls: Calls = {};
    for (const { role, name } of steps) {
      const { attached = [] } = world.cloud.admin.role(world.arn(role)) ?? {};
      if (attached.some((arn) => arn.endsWith('/holdfast-test-reach-tenants'))) reaching.push(role);
      else calls[`${name} becomes the hub`] = () => as(role).sts.send(assume);
    }
    const { open, tried } = await tryAll(calls);
    assert.deepEqual(open, []);
    assert.equal(tried, 12);
    for (const role of reaching) await as(role).sts.send(assume);
    assert.equal(reaching.length, 29);
  });

  test('what two people agree on is done by functions that can make no node, queue, key or job', async () => {
    const calls: Calls = {};
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    const RoleName = `${NAME}-node-mine`;
    const made = { RoleName, AssumeRolePolicyDocument: trust, PermissionsBoundary: world.ref('NodeBoundary') };
    const machine = `arn:aws:states:${REGION}:${SERVICE_ACCOUNT}:stateMachine:${NAME}`;
    const execution = `arn:aws:states:${REGION}:${SERVICE_ACCOUNT}:execution:${NAME}-backup:job-1-1`;
    const QueueName = `${NAME}-hv-1-work`;
    const { QueueUrl } = await as('OperatorApiRole').sqs.send(new CreateQueueCommand({ QueueName }));
    for (const role of ['ApproverApiRole', 'ResumeApprovalsRole']) {
      const { iam, lambda, sfn, sqs, secrets } = as(role);
      Object.assign(calls, {
        [`${role}: a role of nodes`]: () => iam.send(new CreateRoleCommand(made)),
        [`${role}: no role of nodes`]: () => iam.send(new DeleteRoleCommand({ RoleName })),
        [`${role}: a profile`]: () =>
          iam.send(new AddRoleToInstanceProfileCommand({ RoleName, InstanceProfileName: RoleName })),
        [`${role}: a name of the broker`]: () =>
          lambda.send(
            new CreateAliasCommand({ FunctionName: `${NAME}-broker`, Name: 'hv-1', FunctionVersion: '$LATEST' }),
          ),
        [`${role}: a queue`]: () => sqs.send(new CreateQueueCommand({ QueueName })),
        [`${role}: no queue`]: () => sqs.send(new DeleteQueueCommand({ QueueUrl })),
        [`${role}: a key`]: () => secrets.send(new CreateSecretCommand({ Name: `${NAME}-hv-1`, SecretString: 'mine' })),
        [`${role}: another key`]: () =>
          secrets.send(new PutSecretValueCommand({ SecretId: `${NAME}-hv-1`, SecretString: 'mine' })),
        [`${role}: a restore`]: () =>
          sfn.send(new StartExecutionCommand({ stateMachineArn: `${machine}-restore`, input: '{}' })),
        [`${role}: a job’s end`]: () => sfn.send(new StopExecutionCommand({ executionArn: execution })),
      });
    }
    assert.deepEqual(await tryAll(calls), { tried: 20, open: [] });
  });
});
