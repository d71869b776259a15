import { join } from 'node:path';
import type { Call, ServiceFactory } from '../kernel/service.ts';
import { Engine, type Entry } from './engine.ts';
import { createOperation, OPERATION_NAMES } from './operations.ts';

const createService = (open: (place: string, call: Call) => Engine, onStop: (engines: Engines) => Promise<void>) => {
  const engines: Engines = new Map();
  const engineOf = (call: Call): Engine => {
    const place = join(call.accountId, call.region);
    const engine = engines.get(place) ?? open(place, call);
    engines.set(place, engine);
    return engine;
  };
  return {
    name: 'dynamodb',
    protocol: 'aws-json',
    eventSource: 'dynamodb.amazonaws.com',
    target: 'DynamoDB_20120810',
    operations: OPERATION_NAMES.map((name) => createOperation(name, engineOf)),
    async stop() {
      await onStop(engines);
      await Promise.all([...engines.values()].map((engine) => engine.close()));
    },
  } as const;
};

/** By account and region. */
type Engines = Map<string, Engine>;

/** DynamoDB by dynalite: a database for each account and region, opened at first use. */
export const createDynamoDb: ServiceFactory = (kernel) => {
  const folder = kernel.store.folder('dynamodb');
  return createService(
    (place, { accountId, region }) => new Engine(join(folder, place), accountId, region),
    async () => undefined,
  );
};

/** What tables hold, by account and region. */
export type TablesInMemory = Map<string, readonly Entry[]>;

/** In memory: begins with what `tables` hold, and leaves there what it holds when it is stopped. */
export const createDynamoDbInMemory =
  (tables: TablesInMemory): ServiceFactory =>
  () =>
    createService(
      (place, { accountId, region }) => new Engine(tables.get(place) ?? [], accountId, region),
      async (engines) => {
        for (const [place, engine] of engines) tables.set(place, await engine.dump());
      },
    );
