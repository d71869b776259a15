import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { CreateRoleCommand, EntityAlreadyExistsException, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTaskAnswers } from '../../adapters/aws/node-task-answers.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { createSfnTaskTokens } from '../../adapters/aws/sfn-task-tokens.ts';
import { createSqsQueues } from '../../adapters/aws/sqs-queues.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import type { Executions, TaskTokens } from '../../core/ports/control.ts';
import { until } from '../adapters/world.ts';
import { freshName, REGION, SERVICE_ACCOUNT, type TheCloud } from './cloud.ts';
import { waitingMachine } from './waiting-machine.ts';

export const executionsContract = (cloud: TheCloud): void => {
  describe('executions', () => {
    let executions: Executions;
    let tokens: TaskTokens;
    let sfn: SFNClient;
    let queueUrl: string;
    before(async () => {
      const settings = clientSettings('own', REGION, cloud().root());
      queueUrl = await createSqsQueues({ client: new SQSClient(settings) }).ensure(freshName('contract'));
      sfn = new SFNClient(settings);
      const { stateMachineArn = '' } = await sfn.send(
        new CreateStateMachineCommand({
          name: 'contract-backup',
          roleArn: await machineRole(cloud),
          definition: JSON.stringify(waitingMachine(queueUrl)),
        }),
      );
      const others = ['snapshot', 'backup-copy', 'restore', 'cleanup', 'library-run'] as const;
      const machines = Object.fromEntries(others.map((name) => [name, `${stateMachineArn}-${name}`])) as Record<
        (typeof others)[number],
        string
      >;
      executions = createSfnExecutions({ client: sfn, machines: { ...machines, backup: stateMachineArn } });
      tokens = createSfnTaskTokens({ client: sfn });
    });
    const name = () => `${freshName('job')}-1`;
    const tokenOf = async (execution: string): Promise<string> => {
      const sqs = new SQSClient(clientSettings('own', REGION, cloud().root()));
      const receive = async (): Promise<string | undefined> => {
        const { Messages } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
        );
        const bodies = (Messages ?? []).map(({ Body }) => JSON.parse(Body ?? '') as { taskToken: string; of: string });
        return bodies.find(({ of }) => of === execution)?.taskToken;
      };
      return (await until(receive, (token) => token !== undefined)) ?? '';
    };
    const ends = (execution: string) =>
      until(
        () => executions.status('backup', execution),
        (status) => status !== 'RUNNING',
      );

    it('start, and run', async () => {
      const execution = name();
      const { outcome, executionArn } = await executions.start('backup', execution, { jobId: 'a' });
      assert.equal(outcome, 'started');
      assert.ok(executionArn.endsWith(`:execution:contract-backup:${execution}`), executionArn);
      assert.equal(await executions.status('backup', execution), 'RUNNING');
    });

    it('start once under a name with the same input', async () => {
      const execution = name();
      const first = await executions.start('backup', execution, { jobId: 'a' });
      assert.deepEqual(await executions.start('backup', execution, { jobId: 'a' }), first);
    });

    it('say so when the name was used for something else', async () => {
      const execution = name();
      const { executionArn } = await executions.start('backup', execution, { jobId: 'a' });
      assert.deepEqual(await executions.start('backup', execution, { jobId: 'b' }), {
        outcome: 'exists',
        executionArn,
      });
    });

    it('are stopped, twice if need be, and their name is used up', async () => {
      const execution = name();
      const { executionArn } = await executions.start('backup', execution, { jobId: 'a' });
      await executions.stop('backup', execution, 'JobCancelled', 'c'.repeat(40_000));
      await executions.stop('backup', execution, 'JobCancelled', 'again');
      assert.equal(await executions.status('backup', execution), 'ABORTED');
      assert.deepEqual(await executions.start('backup', execution, { jobId: 'a' }), {
        outcome: 'exists',
        executionArn,
      });
    });

    it('that were never started have no status, and stopping them is fine', async () => {
      assert.equal(await executions.status('backup', 'never-started'), undefined);
      await executions.stop('backup', 'never-started', 'JobCancelled', '');
    });

    it('hand out a token, and go on when its task is answered', async () => {
      const execution = name();
      await executions.start('backup', execution, {});
      const taskToken = await tokenOf(execution);
      assert.equal(await tokens.heartbeat(taskToken), true);
      assert.equal(await createTaskAnswers(sfn).success(taskToken, answer), true);
      assert.equal(await ends(execution), 'SUCCEEDED');
    });

    it('fail when their order cannot be done, once', async () => {
      const execution = name();
      await executions.start('backup', execution, {});
      const taskToken = await tokenOf(execution);
      for (let twice = 0; twice < 2; twice++) await tokens.fail(taskToken, 'SnapshotFailed', 'c'.repeat(40_000));
      assert.equal(await ends(execution), 'FAILED');
    });

    it('that have ended let their token die', async () => {
      const execution = name();
      await executions.start('backup', execution, {});
      const taskToken = await tokenOf(execution);
      await executions.stop('backup', execution, 'JobCancelled', '');
      assert.equal(await tokens.heartbeat(taskToken), false);
    });

    it('know no token that nobody handed out', async () => {
      assert.equal(await tokens.heartbeat('not a token'), false);
      assert.equal(await createTaskAnswers(sfn).success('not a token', answer), false);
    });
  });
};

const answer = { orderId: 'ord-00000001', claim: 1, resultKey: 'work/1.json', counters: noCounters };

/** What Step Functions calls SQS as. */
const machineRole = async (cloud: TheCloud): Promise<string> => {
  const iam = new IAMClient(clientSettings('own', REGION, cloud().root()));
  const RoleName = 'contract-states';
  const trust = { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const policy = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' };
  const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
  await iam
    .send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(trust) }))
    .catch((error: unknown) => {
      if (!(error instanceof EntityAlreadyExistsException)) throw error;
    });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'send', PolicyDocument: document(policy) }));
  return `arn:aws:iam::${SERVICE_ACCOUNT}:role/${RoleName}`;
};
