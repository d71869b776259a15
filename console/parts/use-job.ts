import { useQuery } from '@tanstack/react-query';
import { isOver } from '../../cli/job-words.ts';
import { call } from '../api.ts';
import { onTenant } from '../on-tenant.ts';
import { pollOf } from './poll.ts';

const REFRESH_MS = 2_000;

/** A job as it stands, asked again until it has ended. */
export const useJob = (jobId: string, tenant: string | undefined) => {
  const { route, on } = onTenant('getJob', tenant);
  return useQuery({
    queryKey: ['job', tenant, jobId],
    queryFn: ({ signal }) => call(route, { params: { ...on, jobId }, signal }),
    refetchInterval: ({ state: { data } }) => {
      if (!data) return REFRESH_MS;
      return isOver(data) ? false : pollOf(data, REFRESH_MS);
    },
  });
};
