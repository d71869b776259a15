import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { RecoveryPointView } from '../../../core/contracts/api.ts';
import { call } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { pointsKey } from '../instances/points.ts';

/** What can be restored, the newest first: of one instance, or of all. */
export const usePoints = (instanceId: string | undefined, tenant: string | undefined) => {
  const { route, on } = onTenant('listRecoveryPoints', tenant);
  return useInfiniteQuery({
    queryKey: [...pointsKey(tenant), 'pages', instanceId],
    queryFn: ({ signal, pageParam }) =>
      call(route, { params: on, query: { limit: 10, next: pageParam, instanceId }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
};

export const sizeOf = ({ volumes }: RecoveryPointView): number =>
  volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** Of the first hundred instances, for whoever knows what theirs is called and not its id; also those that are gone and can be restored. */
export const useNamedInstances = (tenant: string | undefined, enabled: boolean) => {
  const { route, on } = onTenant('listInstances', tenant);
  return useQuery({
    queryKey: ['instances-to-restore', tenant],
    queryFn: ({ signal }) => call(route, { params: on, query: { limit: 100 }, signal }),
    enabled,
    // the tenant's account is asked for it
    staleTime: 60_000,
  });
};
