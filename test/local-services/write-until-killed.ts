import { setTimeout } from 'node:timers/promises';
import { startCloud } from '../../local/cloud.ts';
import { createDynamoDb } from '../../local/dynamodb/service.ts';
import { createS3 } from '../../local/s3/service.ts';
import { ACME, REGION } from './two-accounts.ts';

/** Writes 0, 1, 2, … to one item or object until somebody kills this process; prints each once it is answered. */
const [, , dataDir = '', kind] = process.argv;
const cloud = await startCloud({ dataDir, services: [createDynamoDb, createS3] });
cloud.admin.createAccount(ACME, 'acme');
const call = (service: string, operation: string, input: unknown) =>
  cloud.kernel.call(cloud.admin.rootPrincipal(ACME), REGION, service, operation, input);

if (kind === 'dynamodb') {
  await call('dynamodb', 'CreateTable', {
    TableName: 'counters',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  });
  // As on AWS, a table can be used once it is active.
  const status = async () =>
    ((await call('dynamodb', 'DescribeTable', { TableName: 'counters' })) as { Table: { TableStatus: string } }).Table
      .TableStatus;
  while ((await status()) !== 'ACTIVE') await setTimeout(5);
} else
  await call('s3', 'CreateBucket', {
    Bucket: 'counters',
    CreateBucketConfiguration: { LocationConstraint: REGION },
  });

const write = (n: number) =>
  kind === 'dynamodb'
    ? call('dynamodb', 'PutItem', { TableName: 'counters', Item: { pk: { S: 'n' }, n: { N: String(n) } } })
    : call('s3', 'PutObject', { Bucket: 'counters', Key: 'n', Body: `${n},`.repeat(20_000) });

for (let n = 0; ; n++) {
  await write(n);
  process.stdout.write(`${n}\n`);
}
