import { useQuery } from '@tanstack/react-query';
import { type HypervisorView, operatorRoutes } from '../../core/contracts/api.ts';
import { call } from '../api.ts';
import { useWho } from '../who.tsx';

const readAll = async (signal: AbortSignal): Promise<readonly HypervisorView[]> => {
  const all: HypervisorView[] = [];
  for (let next: string | undefined; ; ) {
    const page = await call(operatorRoutes.listHypervisors, { query: { limit: 100, next }, signal });
    all.push(...page.items);
    next = page.next;
    if (next === undefined) return all;
  }
};

/** Operators: every hypervisor. Of a tenant there is nothing to ask. */
export const useHypervisors = () => {
  const who = useWho();
  return useQuery({
    queryKey: ['hypervisors'],
    queryFn: ({ signal }) => readAll(signal),
    enabled: who.kind === 'operator',
    staleTime: 30_000,
  });
};
