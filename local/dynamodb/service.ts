import { join } from 'node:path';
import type { Call, ServiceFactory } from '../kernel/service.ts';
import { Engine } from './engine.ts';
import { createOperation, OPERATION_NAMES } from './operations.ts';

/** DynamoDB by dynalite: a database for each account and region, opened at first use. */
export const createDynamoDb: ServiceFactory = (kernel) => {
  const folder = kernel.store.folder('dynamodb');
  const engines = new Map<string, Engine>();
  const engineOf = ({ accountId, region }: Call): Engine => {
    const place = join(accountId, region);
    let engine = engines.get(place);
    if (!engine) {
      engine = new Engine(join(folder, place), accountId, region);
      engines.set(place, engine);
    }
    return engine;
  };
  return {
    name: 'dynamodb',
    protocol: 'aws-json',
    eventSource: 'dynamodb.amazonaws.com',
    target: 'DynamoDB_20120810',
    operations: OPERATION_NAMES.map((name) => createOperation(name, engineOf)),
    async stop() {
      await Promise.all([...engines.values()].map((engine) => engine.close()));
    },
  };
};
