import { isOpenRun, type LibraryRun } from '../../core/domain/library-run.ts';
import { inParallel } from '../../core/ports/in-parallel.ts';
import type { LibraryRuns } from '../../core/ports/library-runs.ts';
import { isOneOf } from './dynamo-expressions.ts';
import { type Item, type Key, recordOf } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';
import { readTimeline, timelineRow } from './dynamo-timeline.ts';
import { unchangeable } from './dynamo-unchangeable.ts';

const keyOf = (tenantId: string, runId: string): Key => ({ pk: `TENANT#${tenantId}#LIBRARY-RUN`, sk: runId });
const timeline = (tenantId: string): string => `TENANT#${tenantId}#LIBRARY-RUNS-BY-TIME`;
/** A row for each that is open: written before its record says so, and of no use once that has ended, for it stays so. */
const openRow = (tenantId: string, runId: string): Item => ({ pk: `TENANT#${tenantId}#OPEN-LIBRARY-RUN`, sk: runId });
const holderKey = (tenantId: string, serviceId: string): Key => ({
  pk: `TENANT#${tenantId}#LIBRARY-HOLDER`,
  sk: serviceId,
});

const ROWS_AT_ONCE = 8;

const generations = (tenantId: string): string => `TENANT#${tenantId}#LIBRARY-CONDEMNED`;
const generationKey = (tenantId: string, serviceId: string, generation: number): Key => ({
  pk: generations(tenantId),
  sk: `${serviceId}#${generation}`,
});

export const createDynamoLibraryRuns = (table: Table): LibraryRuns => ({
  async add(run) {
    const { tenantId, runId, createdAt } = run;
    const open = isOpenRun(run) ? [openRow(tenantId, runId)] : [];
    await table.putMany([timelineRow(timeline(tenantId), createdAt, runId), ...open]);
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
  async openOf(tenantId) {
    const rows = await table.all(openRow(tenantId, '').pk);
    const items = await table.getMany(rows.map(({ sk }) => keyOf(tenantId, sk)));
    const runs = items.map((item) => recordOf<LibraryRun>(item));
    // A row without a record is of one that is just being made.
    await inParallel(
      runs.filter((run) => !isOpenRun(run)),
      ROWS_AT_ONCE,
      ({ runId }) => table.delete(openRow(tenantId, runId)),
    );
    return runs.filter(isOpenRun).sort((a, b) => b.createdAt - a.createdAt);
  },
  async update(tenantId, runId, change, from) {
    unchangeable(change, ['tenantId', 'runId', 'createdAt']);
    if (from.length === 0) return false;
    const goesOn = change.state !== undefined && isOpenRun({ state: change.state });
    if (goesOn) await table.putMany([openRow(tenantId, runId)]);
    const item = await table.update(keyOf(tenantId, runId), { set: change }, isOneOf('state', from));
    if (item && !isOpenRun(recordOf<LibraryRun>(item))) await table.delete(openRow(tenantId, runId));
    return item !== undefined;
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
