import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  BatchWriteItemCommand,
  type ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { createDynamoDb } from '../../local/dynamodb/service.ts';
import { assertSurvivesKill } from './killed-writer.ts';
import { ACME, errorName, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

let world: TwoAccounts;
let acme: DynamoDBClient;
let globex: DynamoDBClient;

const connect = () => {
  acme = new DynamoDBClient(world.config(world.acme));
  globex = new DynamoDBClient(world.config(world.globex));
};

const TableName = 'jobs';

before(async () => {
  world = await startTwoAccounts([createDynamoDb]);
  connect();
  const { TableDescription } = await acme.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'gsi1pk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi1',
          KeySchema: [{ AttributeName: 'gsi1pk', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  assert.equal(TableDescription?.TableArn, `arn:aws:dynamodb:${REGION}:${ACME}:table/jobs`);
  await waitUntilTableExists({ client: acme, maxWaitTime: 10, minDelay: 1 }, { TableName });
});
after(() => world.close());

const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
const put = (pk: string, sk: string, more: object = {}, client = acme) =>
  client.send(new PutItemCommand({ TableName, Item: { ...key(pk, sk), ...more } }));

test('items are put, read, queried in order, updated and deleted', async () => {
  await put('job-1', 'vm-b', { gsi1pk: { S: 'open' }, bytes: { N: '5' } });
  await put('job-1', 'vm-a', { gsi1pk: { S: 'open' } });
  const { Items } = await acme.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: '#p = :p and begins_with(sk, :s)',
      ExpressionAttributeNames: { '#p': 'pk' },
      ExpressionAttributeValues: { ':p': { S: 'job-1' }, ':s': { S: 'vm-' } },
    }),
  );
  assert.deepEqual(
    Items?.map((item) => item.sk?.S),
    ['vm-a', 'vm-b'],
  );
  const byIndex = await acme.send(
    new QueryCommand({
      TableName,
      IndexName: 'gsi1',
      KeyConditionExpression: 'gsi1pk = :o',
      ExpressionAttributeValues: { ':o': { S: 'open' } },
    }),
  );
  assert.equal(byIndex.Count, 2);
  const { Attributes } = await acme.send(
    new UpdateItemCommand({
      TableName,
      Key: key('job-1', 'vm-b'),
      UpdateExpression: 'ADD bytes :n SET done = :t REMOVE gsi1pk',
      ExpressionAttributeValues: { ':n': { N: '7' }, ':t': { BOOL: true } },
      ReturnValues: 'ALL_NEW',
    }),
  );
  assert.equal(Attributes?.bytes?.N, '12');
  await acme.send(new DeleteItemCommand({ TableName, Key: key('job-1', 'vm-a') }));
  assert.equal((await acme.send(new GetItemCommand({ TableName, Key: key('job-1', 'vm-a') }))).Item, undefined);
});

test('a failed condition has its name, and shows the item if asked', async () => {
  await put('lock', 'vm-1', { owner: { S: 'job-1' } });
  const take = new PutItemCommand({
    TableName,
    Item: { ...key('lock', 'vm-1'), owner: { S: 'job-2' } },
    ConditionExpression: 'attribute_not_exists(#o)',
    ExpressionAttributeNames: { '#o': 'owner' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  await assert.rejects(acme.send(take), (error: ConditionalCheckFailedException) => {
    assert.equal(error.name, 'ConditionalCheckFailedException');
    assert.equal(error.message, 'The conditional request failed');
    assert.equal(error.Item?.owner?.S, 'job-1');
    return true;
  });
});

test('of many conditional updates at once exactly one succeeds', async () => {
  await put('race', 'vm-1', { fence: { N: '0' } });
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () =>
      acme
        .send(
          new UpdateItemCommand({
            TableName,
            Key: key('race', 'vm-1'),
            UpdateExpression: 'SET fence = :next',
            ConditionExpression: 'fence = :now',
            ExpressionAttributeValues: { ':next': { N: '1' }, ':now': { N: '0' } },
          }),
        )
        .then(
          () => 'won',
          (error: Error) => error.name,
        ),
    ),
  );
  assert.equal(outcomes.filter((outcome) => outcome === 'won').length, 1);
  assert.equal(outcomes.filter((outcome) => outcome === 'ConditionalCheckFailedException').length, 19);
});

test('what is absent or unknown is refused by name', async () => {
  assert.equal(
    await errorName(acme.send(new GetItemCommand({ TableName: 'absent', Key: key('a', 'b') }))),
    'ResourceNotFoundException',
  );
  assert.equal(
    await errorName(acme.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } }))),
    'ValidationException',
  );
  const transaction = new TransactWriteItemsCommand({ TransactItems: [{ Delete: { TableName, Key: key('a', 'b') } }] });
  assert.equal(await errorName(acme.send(transaction)), 'UnknownOperationException');
});

test('two accounts have tables of their own, and of the same name', async () => {
  assert.deepEqual((await globex.send(new ListTablesCommand({}))).TableNames, []);
  assert.equal(await errorName(put('a', 'b', {}, globex)), 'ResourceNotFoundException');
  assert.deepEqual((await acme.send(new ListTablesCommand({}))).TableNames, ['jobs']);
});

test('a policy on leading keys keeps a caller to its own partition', async () => {
  const { admin } = world.cloud;
  admin.putUser({
    accountId: ACME,
    name: 'tenant-a',
    policies: {
      own: {
        Statement: {
          Effect: 'Allow',
          Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:BatchWriteItem'],
          Resource: `arn:aws:dynamodb:${REGION}:${ACME}:table/jobs`,
          Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['tenant-a'] } },
        },
      },
    },
  });
  const tenant = new DynamoDBClient(world.config(admin.createAccessKey(ACME, 'tenant-a')));
  await put('tenant-a', '1', {}, tenant);
  assert.equal(await errorName(put('tenant-b', '1', {}, tenant)), 'AccessDeniedException');
  const query = (pk: string) =>
    tenant.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': { S: pk } },
      }),
    );
  assert.equal((await query('tenant-a')).Count, 1);
  assert.equal(await errorName(query('tenant-b')), 'AccessDeniedException');
  const batch = (...partitions: string[]) =>
    tenant.send(
      new BatchWriteItemCommand({
        RequestItems: { jobs: partitions.map((pk) => ({ PutRequest: { Item: key(pk, '2') } })) },
      }),
    );
  await batch('tenant-a');
  assert.equal(await errorName(batch('tenant-a', 'tenant-b')), 'AccessDeniedException');
  assert.equal(await errorName(tenant.send(new ScanCommand({ TableName }))), 'AccessDeniedException');
});

test('after a restart tables and items are there', async () => {
  await put('kept', '1');
  await world.restart();
  connect();
  const { Table } = await acme.send(new DescribeTableCommand({ TableName }));
  assert.equal(Table?.TableStatus, 'ACTIVE');
  assert.ok((await acme.send(new GetItemCommand({ TableName, Key: key('kept', '1') }))).Item);
});

test('whatever was answered before the process was killed is there afterwards', () =>
  assertSurvivesKill('dynamodb', createDynamoDb, async (cloud) => {
    const client = new DynamoDBClient({ ...world.config(cloud.admin.rootAccessKey(ACME)), endpoint: cloud.endpoint });
    const { Item } = await client.send(new GetItemCommand({ TableName: 'counters', Key: { pk: { S: 'n' } } }));
    return Number(Item?.n?.N);
  }));
