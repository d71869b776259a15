import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
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
