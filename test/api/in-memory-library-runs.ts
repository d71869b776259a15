import { isOpenRun, type LibraryRun } from '../../core/domain/library-run.ts';
import type { LibraryRuns } from '../../core/ports/library-runs.ts';
import { changed, newestFirst, pageOf, type Records } from './in-memory-records.ts';

export const createInMemoryLibraryRuns = ({
  libraryRuns,
  libraryHolders,
  libraryGenerations,
}: Records): LibraryRuns => {
  const get = (tenantId: string, runId: string): LibraryRun | undefined => {
    const run = libraryRuns.get(runId);
    return run?.tenantId === tenantId ? run : undefined;
  };
  return {
    async add(run) {
      if (libraryRuns.has(run.runId)) return false;
      libraryRuns.set(run.runId, run);
      return true;
    },
    get: async (tenantId, runId) => get(tenantId, runId),
    list: async (tenantId, page) =>
      pageOf(
        newestFirst(libraryRuns.values(), tenantId, ({ runId, createdAt }) => ({ time: createdAt, id: runId })),
        page,
      ),
    openOf: async (tenantId) =>
      [...libraryRuns.values()]
        .filter((run) => run.tenantId === tenantId && isOpenRun(run))
        .sort((a, b) => b.createdAt - a.createdAt),
    async update(tenantId, runId, change, from) {
      const run = get(tenantId, runId);
      if (!run || !from.includes(run.state)) return false;
      libraryRuns.set(runId, changed(run, change));
      return true;
    },
    async hold(tenantId, serviceId, runId, former) {
      const key = `${tenantId} ${serviceId}`;
      const there = libraryHolders.get(key);
      if (there !== undefined && there !== former) return there;
      libraryHolders.set(key, runId);
      return runId;
    },
    async letGo(tenantId, serviceId, runId) {
      const key = `${tenantId} ${serviceId}`;
      if (libraryHolders.get(key) === runId) libraryHolders.delete(key);
    },
    async noteCondemned(tenantId, serviceId, generation, now) {
      const key = `${tenantId} ${serviceId} ${generation}`;
      const notedAt = libraryGenerations.get(key) ?? now;
      libraryGenerations.set(key, notedAt);
      return notedAt;
    },
    latestCondemned: async (tenantId, serviceId) =>
      [...libraryGenerations.keys()]
        .map((key) => key.split(' '))
        .filter(([tenant, service]) => tenant === tenantId && service === serviceId)
        .reduce((latest, [, , generation]) => Math.max(latest, Number(generation)), 0),
  };
};
