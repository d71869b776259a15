import { useQuery } from '@tanstack/react-query';
import type { PlanView } from '../../../core/contracts/plans.ts';
import { call, onTenant } from '../../api.ts';

/** Every plan of the tenant; there are few. */
export const usePlans = (tenant: string | undefined, enabled = true) =>
  useQuery({
    queryKey: ['plans', tenant],
    queryFn: async ({ signal }) => {
      const { route, on } = onTenant('listPlans', tenant);
      const all: PlanView[] = [];
      for (let next: string | undefined; ; ) {
        const page = await call(route, { params: on, query: { limit: 100, next }, signal });
        all.push(...page.items);
        next = page.next;
        if (next === undefined) return all;
      }
    },
    enabled,
  });
