/** An instance's recovery points, by the days of whoever looks. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { time } from '../../../cli/units.ts';
import type { RecoveryPointView } from '../../../core/contracts/api.ts';
import { call } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';

/** Read for the calendar, a hundred at a time. */
const MOST = 1_000;
const REFRESH_MS = 30_000;

export interface PointsOfInstance {
  /** Newest first. */
  readonly items: readonly RecoveryPointView[];
  /** There are older ones. */
  readonly more: boolean;
}

/** YYYY-MM-DD, in the time zone that times are shown in. */
export const dayOf = (at: string | Date): string => time(typeof at === 'string' ? at : at.toISOString()).slice(0, 10);

/** The key starts the same for all of a tenant: what changes one of them makes all of these stale. */
export const pointsKey = (tenant: string | undefined) => ['points', tenant] as const;

export const usePointsOf = (instanceId: string, tenant: string | undefined) => {
  const { route, on } = onTenant('listRecoveryPoints', tenant);
  return useQuery({
    queryKey: [...pointsKey(tenant), instanceId],
    queryFn: async ({ signal }): Promise<PointsOfInstance> => {
      const items: RecoveryPointView[] = [];
      for (let next: string | undefined; ; ) {
        const page = await call(route, { params: on, query: { limit: 100, next, instanceId }, signal });
        items.push(...page.items);
        next = page.next;
        if (next === undefined || items.length >= MOST) return { items, more: next !== undefined };
      }
    },
    refetchInterval: REFRESH_MS,
  });
};

/** Never one for another: while one is read there is none, for it may be the one that a restore overwrites with. */
export const pointQuery = (recoveryPointId: string | undefined, tenant: string | undefined) => {
  const { route, on } = onTenant('getRecoveryPoint', tenant);
  return queryOptions({
    queryKey: [...pointsKey(tenant), 'one', recoveryPointId],
    queryFn: ({ signal }) => call(route, { params: { ...on, recoveryPointId: recoveryPointId ?? '' }, signal }),
    enabled: recoveryPointId !== undefined,
    refetchInterval: REFRESH_MS,
  });
};

/** Error: ApiFailure, also if it is not there. */
export const usePoint = (recoveryPointId: string | undefined, tenant: string | undefined) =>
  useQuery(pointQuery(recoveryPointId, tenant));
