import { useQuery } from '@tanstack/react-query';
import { call } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { BESIDE } from '../lost.tsx';
import { readAll } from '../read-all.ts';

/** Every plan of the tenant; there are few. */
export const usePlans = (tenant: string | undefined, enabled = true) =>
  useQuery({
    queryKey: ['plans', tenant],
    queryFn: ({ signal }) => {
      const { route, on } = onTenant('listPlans', tenant);
      return readAll((next) => call(route, { params: on, query: { limit: 100, next }, signal }));
    },
    enabled,
    meta: BESIDE,
  });
