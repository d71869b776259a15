import { allItems } from '../../ports/every-item.ts';
import type { ReaperDeps } from './reaper-deps.ts';

/** The console lets somebody look at thirteen months. */
const ASKED_FOR_MS = 400 * 86_400_000;

/** Who has been there is kept for as long as somebody may ask what it has cost. */
const forgetNames = async ({ catalog: { usage }, clock }: Pick<ReaperDeps, 'catalog' | 'clock'>, until: number) => {
  const before = clock.now() - ASKED_FOR_MS;
  for (const { tenantId, removedAt } of await allItems((page) => usage.removed(page))) {
    if (clock.now() >= until) return;
    if (removedAt < before) await usage.forgetRemoved(tenantId);
  }
};

/**
 * Takes what was found at tenants that are there no more off the list: nobody looks at their places again. Who they were is
 * forgotten later.
 */
export const forgetRemovedTenants = async (
  { catalog, clock }: Pick<ReaperDeps, 'catalog' | 'clock'>,
  until: number,
): Promise<void> => {
  await forgetNames({ catalog, clock }, until);
  const findings = await allItems((page) => catalog.findings.list(page));
  const tenants = new Set(findings.flatMap(({ tenantId }) => tenantId ?? []));
  for (const tenantId of tenants) {
    if (await catalog.hypervisors.get(tenantId)) continue;
    for (const { place, findingId } of findings.filter((each) => each.tenantId === tenantId)) {
      if (clock.now() >= until) return;
      await catalog.findings.remove(place, findingId);
    }
  }
};
