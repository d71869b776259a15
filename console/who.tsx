/** Who looks: asked of the API, which knows by the signature. */
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { operatorRoutes, tenantRoutes } from '../core/contracts/api.ts';
import { ApiFailure, call } from './api.ts';
import { Failed, Waiting } from './parts/states.tsx';
import { texts } from './texts.ts';

export type Who =
  | { readonly kind: 'operator' }
  | { readonly kind: 'tenant'; readonly hypervisorId: string; readonly name: string; readonly accountId: string };

/** The gateway refuses a tenant before anything of ours hears of it, so the operators' side is asked first. */
const askWho = async (signal: AbortSignal): Promise<Who> => {
  try {
    await call(operatorRoutes.listHypervisors, { query: { limit: 1 }, signal });
    return { kind: 'operator' };
  } catch (error) {
    if (!(error instanceof ApiFailure && error.status === 403)) throw error;
  }
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
