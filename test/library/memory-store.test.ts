import { MemoryStore } from './memory-store.ts';
import { objectStoreSuite } from './object-store-suite.ts';

objectStoreSuite('in memory, as the tests use it', async () => {
  const one = new MemoryStore();
  return { one, other: one, otherTenant: new MemoryStore(), close: async () => {} };
});
