import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { tableDefinition } from '../../adapters/aws/dynamo-table-definition.ts';

/** It has no types of its own. */
const dynalite = createRequire(import.meta.url)('dynalite') as (options: Record<string, number>) => Server;

/** A table of the shipped shape on a DynamoDB of its own, in memory. */
export const openTable = async () => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient({
    ...clientSettings('own', 'eu-central-1', { accessKeyId: 'test', secretAccessKey: 'test' }),
    endpoint,
  });
  const { AttributeDefinitions, KeySchema, BillingMode } = tableDefinition;
  await client.send(
    new CreateTableCommand({
      TableName: 'holdfast',
      AttributeDefinitions: [...AttributeDefinitions],
      KeySchema: [...KeySchema],
      BillingMode,
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName: 'holdfast' });
  return {
    client,
    table: 'holdfast',
    endpoint,
    close: () => {
      client.destroy();
      server.close();
    },
  };
};
