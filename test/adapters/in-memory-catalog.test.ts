import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { catalogSuite } from './catalog-suite.ts';

catalogSuite('in memory', async () => ({ ...createInMemoryCatalog(), close: () => {} }));
