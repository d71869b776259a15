import { useQuery } from '@tanstack/react-query';
import { operatorRoutes } from '../../core/contracts/api.ts';
import { call } from '../api.ts';
import { useWho } from '../who.tsx';
import { readAll } from './read-all.ts';

/** Operators: every hypervisor. Of a tenant there is nothing to ask. */
export const useHypervisors = () => {
  const who = useWho();
  return useQuery({
    queryKey: ['hypervisors'],
    queryFn: ({ signal }) =>
      readAll((next) => call(operatorRoutes.listHypervisors, { query: { limit: 100, next }, signal })),
    enabled: who.kind === 'operator',
    staleTime: 30_000,
  });
};

/** What operators call it; its id until that is known. Undefined: no tenant is named. */
export const useTenantName = (tenant: string | undefined): string | undefined => {
  const { data } = useHypervisors();
  return data?.find(({ hypervisorId }) => hypervisorId === tenant)?.name ?? tenant;
};
