import type { Job } from '../../domain/job.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';

const DAY_MS = 86_400_000;
/** A schedule's runs never start to the second: a full that is due a little later today is taken now. */
const EARLY_MS = DAY_MS / 2;
const PAGE = 100;

/** Volumes of which the job's plan asks for a full by now, each with the reason. Only streaming backups have such a rule. */
export const volumesDueForFull = async (
  catalog: Catalog,
  { type, tenantId, request: { planId } }: Job,
  { instanceId, takenAt, volumes }: RecoveryPoint,
): Promise<ReadonlyMap<string, string>> => {
  const plan = type === 'backup' && planId !== undefined ? await catalog.plans.get(tenantId, planId) : undefined;
  const every = plan?.fullEvery ?? 0;
  if (every === 0) return new Map();
  if (every === 'always') return new Map(volumes.map(({ volumeId }) => [volumeId, 'the plan takes a full every time']));

  const notSince = takenAt - every * DAY_MS + EARLY_MS;
  const due = new Set(volumes.map(({ volumeId }) => volumeId));
  for await (const point of newestFirst(catalog, tenantId, instanceId)) {
    if (point.takenAt < notSince || due.size === 0) break;
    const isInLibrary = point.kind !== 'snapshot' && (point.state === 'available' || point.state === 'expired');
    if (!isInLibrary) continue;
    for (const { volumeId, level } of point.volumes) if (level === 'full') due.delete(volumeId);
  }
  const reason = `the plan takes a full every ${every === 1 ? 'day' : `${every} days`}, and the last one is older`;
  return new Map([...due].map((volumeId) => [volumeId, reason]));
};

async function* newestFirst(catalog: Catalog, tenantId: string, instanceId: string): AsyncGenerator<RecoveryPoint> {
  let next: string | undefined;
  do {
    const page = await catalog.points.list(tenantId, instanceId, {
      limit: PAGE,
      ...(next === undefined ? {} : { next }),
    });
    yield* page.items;
    next = page.next;
  } while (next !== undefined);
}
