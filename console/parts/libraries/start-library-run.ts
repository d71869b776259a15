/** Starting a library run from wherever it is offered: a key for each intent, and what the API made of it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import type { StartLibraryRun } from '../../../core/contracts/library-runs.ts';
import { libraryRunAddress } from '../../addresses.ts';
import { callGuarded } from '../../api.ts';
import { onNamedTenant } from '../../on-tenant.ts';
import { useIntent } from '../use-intent.ts';

/** What is asked for; the API fills in the rest. */
export type WantedRun = Pick<StartLibraryRun, 'task'> & Partial<StartLibraryRun>;

/** Leads to the run's page; where a second person has to approve it, `data.waits` says so. */
export const useStartLibraryRun = (tenant: string) => {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { keyFor, isDone } = useIntent();
  return useMutation({
    mutationFn: async (wanted: WantedRun) => {
      const { route, on } = onNamedTenant('startLibraryRun', tenant);
      return callGuarded(route, { params: on, body: wanted, idempotencyKey: keyFor(wanted) });
    },
    onSuccess: async ({ done }) => {
      // the same again would be another run
      isDone();
      await queries.invalidateQueries({ queryKey: ['library-runs', tenant] });
      if (done) await navigate(libraryRunAddress(tenant, done.runId));
    },
  });
};
