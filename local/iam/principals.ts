import type { PolicyStatement, Principal } from '../kernel/service.ts';
import { toList } from './match.ts';

/**
 * How a resource policy's statement names the caller: its very session or user; its role (or everyone); its whole
 * account, which only hands the decision to that account's own policies; or not at all.
 */
export type Naming = 'session' | 'role' | 'account' | 'none';

export const naming = (statement: PolicyStatement, principal: Principal): Naming | undefined => {
  // NotPrincipal, and forms that nobody here has (Federated, CanonicalUser), are not decided: the caller fails closed.
  if (statement.NotPrincipal !== undefined) return undefined;
  const named = statement.Principal;
  if (named === '*') return 'role';
  if (typeof named !== 'object' || named === null) return undefined;
  let best: Naming = 'none';
  for (const [kind, value] of Object.entries(named)) {
    for (const text of toList(value)) {
      const one =
        kind === 'AWS' ? namesAws(text, principal) : kind === 'Service' ? namesService(text, principal) : 'none';
      if (RANK[one] > RANK[best]) best = one;
    }
  }
  return best;
};

const RANK = { none: 0, account: 1, role: 2, session: 3 } as const;

const namesService = (text: string, principal: Principal): Naming =>
  principal.kind === 'service' && text === principal.arn ? 'session' : 'none';

const namesAws = (text: string, principal: Principal): Naming => {
  if (principal.kind === 'service') return 'none';
  if (text === '*') return 'role';
  if (text === principal.accountId || text === `arn:aws:iam::${principal.accountId}:root`)
    return principal.kind === 'root' ? 'session' : 'account';
  if (text === principal.arn) return 'session';
  if (text === principal.roleArn || text === principal.userArn) return 'role';
  if (text === uniqueId(principal)) return principal.kind === 'user' ? 'session' : 'role';
  return 'none';
};

/** The id of the user or role behind the principal (`AIDA…`, `AROA…`): what pinned policies name. */
export const uniqueId = (principal: Principal): string => principal.userId.split(':')[0] ?? '';
