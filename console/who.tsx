/** Who looks: asked of the API, which knows by the signature. */
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { approverRoutes, operatorRoutes, tenantRoutes } from '../core/contracts/api.ts';
import { ApiFailure, call } from './api.ts';
import { Failed, Waiting } from './parts/states.tsx';
import { texts } from './texts.ts';

export type Who =
  | { readonly kind: 'operator' | 'approver' }
  | { readonly kind: 'tenant'; readonly hypervisorId: string; readonly name: string; readonly accountId: string };

const isRefused = (error: unknown): boolean => error instanceof ApiFailure && error.status === 403;

/**
 * The gateway refuses everybody else before anything of ours hears of it. A tenant's route is asked last: of whoever has no
 * account that is known, it is our own function that refuses, and records it.
 */
const askWho = async (signal: AbortSignal): Promise<Who> => {
  const [operator, approver] = await Promise.allSettled([
    call(operatorRoutes.listHypervisors, { query: { limit: 1 }, signal }),
    call(approverRoutes.listApprovals, { query: { limit: 1 }, signal }),
  ]);
  if (operator.status === 'fulfilled') return { kind: 'operator' };
  if (approver.status === 'fulfilled') return { kind: 'approver' };
  for (const { reason } of [operator, approver]) if (!isRefused(reason)) throw reason;
  const { hypervisorId, name, accountId } = await call(tenantRoutes.getOwnHypervisor, { signal });
  return { kind: 'tenant', hypervisorId, name, accountId };
};

const WhoContext = createContext<Who | undefined>(undefined);

export const useWho = (): Who => {
  const who = useContext(WhoContext);
  if (!who) throw new Error('used outside of WhoIsThere');
  return who;
};

export const WhoIsThere = ({ children }: { readonly children: ReactNode }) => {
  const { data, error, refetch } = useQuery({
    queryKey: ['who'],
    queryFn: ({ signal }) => askWho(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (data) return <WhoContext value={data}>{children}</WhoContext>;
  if (error) return <Failed error={error} header={texts.who.unknown} retry={() => void refetch()} />;
  return <Waiting text={texts.who.asking} />;
};
