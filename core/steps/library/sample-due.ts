import { SAMPLE_SLICES } from '../../contracts/library-runs.ts';
import type { LibraryRun } from '../../domain/library-run.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';

const DAY_MS = 86_400_000;
const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

/**
 * What a check of a sample is to read: the slices of all days since the library's last one that was completed, today's in
 * any case. So a day that was missed, or a check once a week, leaves no gap: whatever is there is read within four weeks of
 * checks. `now` in milliseconds since 1970.
 */
export const sampleDue = async (
  { libraryRuns }: Pick<Catalog, 'libraryRuns'>,
  run: LibraryRun,
  now: number,
): Promise<NonNullable<LibraryRun['sample']>> => {
  const today = dayOf(now);
  const covered = Math.max(await coveredUntil(libraryRuns, run, today), today - SAMPLE_SLICES);
  const days = Math.max(1, today - covered);
  const slices = Array.from({ length: days }, (_, back) => (today - back) % SAMPLE_SLICES);
  return { day: today, slices: slices.sort((a, b) => a - b) };
};

/** The day of which all before it was read, and its own slice; before the first check there was nothing to miss. */
const coveredUntil = async (
  libraryRuns: Catalog['libraryRuns'],
  { runId, tenantId, serviceId }: LibraryRun,
  today: number,
): Promise<number> => {
  let covered = today - 1;
  for await (const run of everyItem((page) => libraryRuns.list(tenantId, page))) {
    if (run.runId === runId || run.serviceId !== serviceId) continue;
    const day = run.sample?.day ?? dayOf(run.createdAt);
    if (hasReadPacks(run)) return day;
    if (run.task === 'check') covered = Math.min(covered, day - 1);
    if (today - dayOf(run.createdAt) > SAMPLE_SLICES) return covered;
  }
  return covered;
};

const hasReadPacks = ({ task, depth, state }: LibraryRun): boolean =>
  task === 'check' && state === 'completed' && depth !== 'structure';
