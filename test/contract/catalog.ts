import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { catalogSuite } from '../adapters/catalog-suite.ts';
import { REGION, type TheCloud } from './cloud.ts';

export const catalogContract = (cloud: TheCloud): void => {
  catalogSuite('DynamoDB', async () => {
    const client = new DynamoDBClient(clientSettings('own', REGION, cloud().root()));
    return {
      catalog: createDynamoCatalog({ client, table: cloud().catalogTable }),
      close: () => client.destroy(),
    };
  });
};
