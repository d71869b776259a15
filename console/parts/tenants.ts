import { useQuery } from '@tanstack/react-query';
import { operatorRoutes } from '../../core/contracts/api.ts';
import { call } from '../api.ts';
import { useWho } from '../who.tsx';
import { BESIDE } from './lost.tsx';
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
    meta: BESIDE,
  });
};

/** Of operators: what a hypervisor is called; its id while that is not known. */
export const useNameOf = (): ((id: string) => string) => {
  const hypervisors = useHypervisors().data ?? [];
  return (id) => hypervisors.find(({ hypervisorId }) => hypervisorId === id)?.name ?? id;
};

/** What operators call it; its id until that is known. Undefined: no tenant is named. */
export const useTenantName = (tenant: string | undefined): string | undefined => {
  const nameOf = useNameOf();
  return tenant === undefined ? undefined : nameOf(tenant);
};
