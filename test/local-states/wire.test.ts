import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { startCloud } from '../../local/cloud.ts';
import { createS3 } from '../../local/s3/service.ts';
import { createStates } from '../../local/states/service.ts';
import { createSts } from '../../local/sts/service.ts';

const ACCOUNT = '111111111111';
const machine = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:nightly`;
const definition = (seconds: number): string =>
  JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Rest',
    States: {
      Rest: { Type: 'Wait', Seconds: seconds, Next: 'Each' },
      Each: {
        Type: 'Map',
        Items: [1, 2],
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Item',
          States: { Item: { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true } },
        },
        End: true,
      },
    },
  });

const untilEnded = async (client: SFNClient, executionArn: string) => {
  for (;;) {
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (described.status !== 'RUNNING') return described;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

test("the AWS SDK's own client creates, starts and reads a state machine, as far as its permissions go", async () => {
  const cloud = await startCloud({
    dataDir: mkdtempSync(join(tmpdir(), 'local-states-wire-')),
    services: [createSts, createS3, createStates],
  });
  const { admin, endpoint } = cloud;
  admin.createAccount(ACCOUNT, 'control plane');
  admin.putRole({
    accountId: ACCOUNT,
    name: 'machine',
    trustPolicy: {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' },
    },
    policies: {
      own: {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 'states:StartExecution', Resource: machine },
      },
    },
  });
  admin.putUser({
    accountId: ACCOUNT,
    name: 'ops',
    policies: {
      states: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: [
              'states:CreateStateMachine',
              'states:StartExecution',
              'states:DescribeExecution',
              'states:GetExecutionHistory',
            ],
            Resource: [machine, `arn:aws:states:us-east-1:${ACCOUNT}:execution:nightly:*`],
          },
          { Effect: 'Allow', Action: 'iam:PassRole', Resource: `arn:aws:iam::${ACCOUNT}:role/machine` },
        ],
      },
    },
  });
  const credentials = admin.createAccessKey(ACCOUNT, 'ops');
  const client = new SFNClient({ endpoint, region: 'us-east-1', credentials });
  try {
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/machine`;
    const created = await client.send(
      new CreateStateMachineCommand({ name: 'nightly', definition: definition(0), roleArn }),
    );
    assert.equal(created.stateMachineArn, machine);
    assert.ok(created.creationDate instanceof Date);
    const { executionArn = '' } = await client.send(
      new StartExecutionCommand({ stateMachineArn: machine, name: 'one', input: '{}' }),
    );
    const ended = await untilEnded(client, executionArn);
    assert.deepEqual([ended.status, ended.output], ['SUCCEEDED', '[2,4]']);
    const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    assert.equal(events[0]?.executionStartedEventDetails?.roleArn, roleArn);
    assert.match(
      events.find(({ type }) => type === 'MapRunStarted')?.mapRunStartedEventDetails?.mapRunArn ?? '',
      /:mapRun:nightly\//,
    );
    await assert.rejects(client.send(new StopExecutionCommand({ executionArn })), { name: 'AccessDeniedException' });
    await assert.rejects(
      client.send(
        new CreateStateMachineCommand({
          name: 'nightly',
          definition: '{"StartAt":"A","States":{"A":{"Type":"Pass","InputPath":"$","End":true}}}',
          roleArn,
        }),
      ),
      (error: Error) => error.name === 'InvalidDefinition' && /'InputPath'.*\/States\/A/.test(error.message),
    );
    await assert.rejects(
      client.send(new StartExecutionCommand({ stateMachineArn: machine, name: 'one', input: '{}' })),
      {
        name: 'ExecutionAlreadyExists',
      },
    );
  } finally {
    client.destroy();
    await cloud.stop();
  }
});
