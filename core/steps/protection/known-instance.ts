import type { HypervisorId, PlanId } from '../../contracts/ids.ts';
import type { KnownInstance, PlanNow } from '../../domain/protection.ts';
import type { PointOutline } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { isGood, MOST_POINTS } from '../health/newest-point.ts';
import type { Candidate } from './instances-of-tenant.ts';

export interface TenantNow {
  readonly tenantId: HypervisorId;
  /** The account was asked. */
  readonly isReached: boolean;
  readonly plans: ReadonlyMap<PlanId, PlanNow>;
}

export interface Known extends KnownInstance {
  /** Those that can be restored, newest first. */
  readonly available: readonly PointOutline[];
  /** There are older ones that were not looked at. */
  readonly orMore: boolean;
  readonly newest?: PointOutline | undefined;
}

/** What its recovery points say of it. Undefined: it is not in the account, nor asked for, nor is there any to restore. */
export const knownInstance = async (
  { points }: Pick<Catalog, 'points'>,
  { instanceId, listed, groups, plans }: Candidate,
  { tenantId, isReached, plans: all }: TenantNow,
): Promise<Known | undefined> => {
  const { items, next } = await points.outlines(tenantId, instanceId, { limit: MOST_POINTS });
  const available = items.filter(({ state }) => state === 'available');
  const newest = available.find(isGood);
  const made = isReached || newest?.planId === undefined ? undefined : all.get(newest.planId);
  const covering = made && !plans.includes(made) ? [...plans, made] : plans;
  if (!listed && available.length === 0 && covering.length === 0) return undefined;
  return {
    ...{ instanceId, available, newest, orMore: next !== undefined, newestAt: newest?.takenAt },
    ...{ exists: isReached ? listed !== undefined : undefined, isMatched: groups.length > 0, plans: covering },
  };
};
