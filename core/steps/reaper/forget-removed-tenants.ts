import { allItems } from '../../ports/every-item.ts';
import type { ReaperDeps } from './reaper-deps.ts';

/** Takes what was found at tenants that are there no more off the list: nobody looks at their places again. */
export const forgetRemovedTenants = async (
  { catalog, clock }: Pick<ReaperDeps, 'catalog' | 'clock'>,
  until: number,
): Promise<void> => {
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
