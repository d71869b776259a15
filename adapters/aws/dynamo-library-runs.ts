import type { LibraryRun } from '../../core/domain/library-run.ts';
import type { LibraryRuns } from '../../core/ports/catalog.ts';
import { isOneOf } from './dynamo-expressions.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';
import { readTimeline, timelineRow } from './dynamo-timeline.ts';
import { unchangeable } from './dynamo-unchangeable.ts';

const keyOf = (tenantId: string, runId: string): Key => ({ pk: `TENANT#${tenantId}#LIBRARY-RUN`, sk: runId });
const timeline = (tenantId: string): string => `TENANT#${tenantId}#LIBRARY-RUNS-BY-TIME`;
const holderKey = (tenantId: string, serviceId: string): Key => ({
  pk: `TENANT#${tenantId}#LIBRARY-HOLDER`,
  sk: serviceId,
});

const generations = (tenantId: string): string => `TENANT#${tenantId}#LIBRARY-CONDEMNED`;
const generationKey = (tenantId: string, serviceId: string, generation: number): Key => ({
  pk: generations(tenantId),
  sk: `${serviceId}#${generation}`,
});

export const createDynamoLibraryRuns = (table: Table): LibraryRuns => ({
  async add(run) {
    await table.putMany([timelineRow(timeline(run.tenantId), run.createdAt, run.runId)]);
    return table.create(keyOf(run.tenantId, run.runId), run);
  },
  async get(tenantId, runId) {
    const item = await table.get(keyOf(tenantId, runId));
    return item && recordOf<LibraryRun>(item);
  },
  list: (tenantId, page) =>
    readTimeline(
      table,
      timeline(tenantId),
      page,
      async (ids) =>
        (await table.getMany(ids.map((id) => keyOf(tenantId, id)))).map((item) => recordOf<LibraryRun>(item)),
      ({ runId, createdAt }) => ({ id: runId, time: createdAt }),
    ),
  async update(tenantId, runId, change, from) {
    unchangeable(change, ['tenantId', 'runId', 'createdAt']);
    if (from.length === 0) return false;
    return (await table.update(keyOf(tenantId, runId), { set: change }, isOneOf('state', from))) !== undefined;
  },
  async hold(tenantId, serviceId, runId, former = runId) {
    const key = holderKey(tenantId, serviceId);
    for (;;) {
      const held = await table.upsert(
        key,
        { set: { runId } },
        {
          text: 'attribute_not_exists(#runId) OR #runId IN (:us, :former)',
          values: { ':us': runId, ':former': former },
        },
      );
      if (held) return runId;
      const there = await table.get(key);
      // let go in between: then it is free
      if (there) return there.runId as string;
    }
  },
  letGo: (tenantId, serviceId, runId) =>
    table.delete(holderKey(tenantId, serviceId), { text: '#runId = :us', values: { ':us': runId } }),
  async noteCondemned(tenantId, serviceId, generation, now) {
    const key = generationKey(tenantId, serviceId, generation);
    if (await table.create(key, { notedAt: now })) return now;
    return (await table.get(key))?.notedAt as number;
  },
  // one a prune: some 500 in ten years
  latestCondemned: async (tenantId, serviceId) =>
    (await table.all(generations(tenantId), `${serviceId}#`)).reduce(
      (latest, { sk }) => Math.max(latest, Number(sk.slice(serviceId.length + 1))),
      0,
    ),
});
