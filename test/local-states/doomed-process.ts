/** A process for sigkill.test.ts: a local cloud on the folder given, with one execution that waits for a token and a time. */
import { startCloud } from '../../local/cloud.ts';
import { createS3 } from '../../local/s3/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { createStates } from '../../local/states/service.ts';
import { createSts } from '../../local/sts/service.ts';
import { ACCOUNT, definition, MACHINE, prepare, QUEUE_NAME, ROLE } from './sigkill-scenario.ts';

const cloud = await startCloud({
  dataDir: process.argv[2] ?? '',
  services: [createSts, createS3, createSqs, createStates],
});
const ops = await prepare(cloud);
const call = (service: string, operation: string, input: unknown) =>
  cloud.kernel.call(ops, 'us-east-1', service, operation, input);
const { QueueUrl } = (await call('sqs', 'CreateQueue', { QueueName: QUEUE_NAME })) as { QueueUrl: string };
await call('states', 'CreateStateMachine', { name: MACHINE, definition: definition(QueueUrl), roleArn: ROLE });
await call('states', 'StartExecution', {
  stateMachineArn: `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:${MACHINE}`,
  name: 'job-1',
});
for (;;) {
  const { Messages: [message] = [] } = (await call('sqs', 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 1 })) as {
    Messages?: { Body: string }[];
  };
  if (message) {
    process.stdout.write(`${message.Body}\n`);
    break;
  }
}
