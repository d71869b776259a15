/** Changes of a hypervisor: what was asked for, or the approval that it waits for. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import type { ApprovalView } from '../../../core/contracts/approvals.ts';
import { call } from '../../api.ts';

/** What has become of it: as a guarded call says it, and always done where no second person is asked. */
type Changed =
  | { readonly done: HypervisorView; readonly waits?: undefined }
  | { readonly done?: undefined; readonly waits: ApprovalView };

/** As it is now, asked of the API; `refetchInterval` in ms, where it is waited for. */
export const useHypervisor = (hypervisorId: string, refetchInterval: number | false = false) =>
  useQuery({
    queryKey: ['hypervisor', hypervisorId],
    queryFn: ({ signal }) => call(operatorRoutes.getHypervisor, { params: { hypervisorId }, signal }),
    refetchInterval,
  });

interface ChangeOptions {
  /** Called where it was done, not where it waits. */
  done?(hypervisor: HypervisorView): void;
  /** 0 where `act` holds a secret: nothing of it stays in the cache. */
  readonly gcTime?: number;
}

/** `act` sends it. All that shows the hypervisor is asked for again. */
export const useChange = <Given>(
  hypervisorId: string,
  act: (given: Given) => Promise<Changed>,
  { done, gcTime }: ChangeOptions = {},
) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    ...(gcTime === undefined ? {} : { gcTime }),
    async onSuccess(changed) {
      if (changed.waits) return;
      done?.(changed.done);
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['hypervisor', hypervisorId] }),
        queries.invalidateQueries({ queryKey: ['hypervisors'] }),
      ]);
    },
  });
};
