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
