import type { PolicyDocument } from '../kernel/service.ts';

/**
 * What a policy is attached to decides what its statements must have: `identity` (inline, managed, boundary or session
 * policy) a resource and no principal, `trust` a principal and no resource, `resource` a principal.
 */
export type PolicyKind = 'identity' | 'trust' | 'resource';

export const VERSIONS: readonly unknown[] = ['2012-10-17', '2008-10-17'];
const DOCUMENT = new Set(['Version', 'Id', 'Statement']);
const STATEMENT = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/**
 * Whether every element of a policy is one that the evaluation knows. Policies are checked when they are stored; this
 * is for whatever came another way, cheap enough for each decision. What is not readable denies.
 */
export const isReadable = (policy: PolicyDocument, kind: 'identity' | 'resource'): boolean => {
  if (typeof policy !== 'object' || policy === null) return false;
  for (const element in policy) if (!DOCUMENT.has(element)) return false;
  if (policy.Version !== undefined && !VERSIONS.includes(policy.Version)) return false;
  const all: readonly unknown[] = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  return all.every((statement) => isStatementReadable(statement, kind));
};

const isStatementReadable = (statement: unknown, kind: 'identity' | 'resource'): boolean => {
  if (typeof statement !== 'object' || statement === null) return false;
  for (const element in statement) if (!STATEMENT.has(element)) return false;
  const has = statement as Readonly<Record<string, unknown>>;
  if (has.Effect !== 'Allow' && has.Effect !== 'Deny') return false;
  if ((has.Action === undefined) === (has.NotAction === undefined)) return false;
  const resources = Number(has.Resource !== undefined) + Number(has.NotResource !== undefined);
  const principals = Number(has.Principal !== undefined) + Number(has.NotPrincipal !== undefined);
  return kind === 'identity' ? resources === 1 && principals === 0 : resources <= 1 && principals === 1;
};
