/** Starting a library run from wherever it is offered: a key for each intent, and what the API made of it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useNavigate } from 'react-router';
import type { LibraryRunView, StartLibraryRun } from '../../../core/contracts/library-runs.ts';
import { libraryRunAddress } from '../../addresses.ts';
import { call, onNamedTenant } from '../../api.ts';
import { pendingOf } from '../waits.tsx';

/** What is asked for; the API fills in the rest. */
export type WantedRun = Pick<StartLibraryRun, 'task'> & Partial<StartLibraryRun>;

/** Leads to the run's page; where a second person has to approve it, `data` says so. */
export const useStartLibraryRun = (tenant: string) => {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const intent = useRef({ wanted: '', key: '' });
  return useMutation({
    mutationFn: async (wanted: WantedRun) => {
      const { route, on } = onNamedTenant('startLibraryRun', tenant);
      const asText = JSON.stringify(wanted);
      if (intent.current.wanted !== asText) intent.current = { wanted: asText, key: crypto.randomUUID() };
      return call(route, { params: on, body: wanted, idempotencyKey: intent.current.key });
    },
    onSuccess: async (answer) => {
      // the same again would be another run
      intent.current = { wanted: '', key: '' };
      await queries.invalidateQueries({ queryKey: ['library-runs', tenant] });
      if (!pendingOf(answer)) await navigate(libraryRunAddress(tenant, (answer as LibraryRunView).runId));
    },
  });
};
