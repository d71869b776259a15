import type { PolicyStatement, Principal } from '../kernel/service.ts';
import { toList } from './match.ts';

/**
 * How a resource policy's statement names the caller: its very session or user; its role (or everyone); its whole
 * account, which only hands the decision to that account's own policies; or not at all.
 */
export type Naming = 'session' | 'role' | 'account' | 'none';

export const naming = (statement: PolicyStatement, principal: Principal): Naming | undefined => {
  // NotPrincipal, and forms that this cloud cannot tell (CanonicalUser), are not decided: the caller fails closed.
  if (statement.NotPrincipal !== undefined) return undefined;
  const named = statement.Principal;
  if (named === '*') return namesEveryone(principal);
  if (typeof named !== 'object' || named === null) return undefined;
  let best: Naming = 'none';
  let undecided = false;
  for (const [kind, value] of Object.entries(named)) {
    for (const text of toList(value)) {
      const one = names(kind, text, principal);
      if (one === undefined) undecided = true;
      else if (RANK[one] > RANK[best]) best = one;
    }
  }
  return undecided && best === 'none' ? undefined : best;
};

const names = (kind: string, text: string, principal: Principal): Naming | undefined => {
  // IAM knows no patterns in principals but `*` alone, and takes none.
  if (text !== '*' && /[*?]/.test(text)) return undefined;
  switch (kind) {
    case 'AWS':
      return namesAws(text, principal);
    case 'Service':
      return namesService(text, principal);
    case 'Federated':
      // Identities of other providers, which nobody here has.
      return 'none';
    default:
      return undefined;
  }
};

const RANK = { none: 0, account: 1, role: 2, session: 3 } as const;

/** What a resource policy gives a user, by whatever name, is beyond the user's boundary; not so for a role's session. */
const namesEveryone = (principal: Principal): Naming => (principal.kind === 'user' ? 'session' : 'role');

const namesService = (text: string, principal: Principal): Naming =>
  principal.kind === 'service' && text === principal.arn ? 'session' : 'none';

const namesAws = (text: string, principal: Principal): Naming => {
  // `{ "AWS": "*" }` is the same as `"*"`, services included.
  if (text === '*') return namesEveryone(principal);
  if (principal.kind === 'service') return 'none';
  if (text === principal.accountId || text === `arn:aws:iam::${principal.accountId}:root`)
    return principal.kind === 'root' ? 'session' : 'account';
  if (text === principal.arn) return 'session';
  if (text === principal.roleArn || text === principal.userArn) return 'role';
  if (text === uniqueId(principal)) return principal.kind === 'user' ? 'session' : 'role';
  return 'none';
};

/** The id of the user or role behind the principal (`AIDA…`, `AROA…`): what pinned policies name. */
export const uniqueId = (principal: Principal): string => principal.userId.split(':')[0] ?? '';
