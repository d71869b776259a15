import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { catalogSuite } from './catalog-suite.ts';
import { openTable } from './dynalite-table.ts';

catalogSuite('DynamoDB', async () => {
  const { client, table, close } = await openTable();
  return { catalog: createDynamoCatalog({ client, table }), close };
});
