/** Who looks: asked of the API, which knows by the signature. Begun with the page's first script, long before there is a page. */
import type { approverRoutes, operatorRoutes, tenantRoutes } from '../core/contracts/api.ts';
import { ApiFailure, call } from './api.ts';

export type Who =
  | { readonly kind: 'operator' | 'approver' }
  | { readonly kind: 'tenant'; readonly hypervisorId: string; readonly name: string; readonly accountId: string };

/** The contract's route by what `call` reads of it: the contract itself would hold up the first question. */
const route = <R extends { readonly method: string; readonly path: string }>(asked: Pick<R, 'method' | 'path'>): R =>
  asked as R;

const HYPERVISORS = route<typeof operatorRoutes.listHypervisors>({ method: 'GET', path: '/operator/hypervisors' });
const APPROVALS = route<typeof approverRoutes.listApprovals>({ method: 'GET', path: '/approver/approvals' });
const OWN = route<typeof tenantRoutes.getOwnHypervisor>({ method: 'GET', path: '/hypervisor' });

const isRefused = (error: unknown): boolean => error instanceof ApiFailure && error.status === 403;

/**
 * The gateway refuses everybody else before anything of ours hears of it. A tenant's route is asked last: of whoever has no
 * account that is known, it is our own function that refuses, and records it.
 */
export const askWho = async (signal?: AbortSignal): Promise<Who> => {
  const until = signal ? { signal } : {};
  const [operator, approver] = await Promise.allSettled([
    call(HYPERVISORS, { query: { limit: 1 }, ...until }),
    call(APPROVALS, { query: { limit: 1 }, ...until }),
  ]);
  if (operator.status === 'fulfilled') return { kind: 'operator' };
  if (approver.status === 'fulfilled') return { kind: 'approver' };
  for (const { reason } of [operator, approver]) if (!isRefused(reason)) throw reason;
  const { hypervisorId, name, accountId } = await call(OWN, until);
  return { kind: 'tenant', hypervisorId, name, accountId };
};

/** As it was asked when the page began. */
export const firstAsked: Promise<Who> = askWho();
