import type { Access, PolicyDocument, PolicyStatement, Principal } from '../kernel/service.ts';
import { conditionsHold } from './conditions.ts';
import { matchesArn, matchesPattern, toList } from './match.ts';
import { isReadable } from './policy-elements.ts';
import { type Expand, expander, matchLiterals } from './policy-variables.ts';
import { type Naming, naming } from './principals.ts';
import type { RequestContext } from './request-context.ts';

export interface Question {
  readonly principal: Principal;
  readonly access: Access;
  readonly context: RequestContext;
  /** Of the user or role behind the principal. */
  readonly identityPolicies: readonly PolicyDocument[];
  /** The permissions boundary of the user or role; `[]`, a boundary whose policy is gone, allows nothing. */
  readonly boundary?: readonly PolicyDocument[] | undefined;
}

type Decider = 'identity' | 'boundary' | 'session' | 'resource';
export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly explicit: boolean; readonly by: Decider };

const ALLOWED: Decision = { allowed: true };

/** Decides one permission as IAM does: a deny anywhere wins, nothing is allowed that no policy allows. */
export const evaluate = ({ principal, access, context, identityPolicies, boundary }: Question): Decision => {
  const identity = judge(identityPolicies, access, context);
  const bounds = boundary && judge(boundary, access, context);
  const session = principal.sessionPolicies && judge(principal.sessionPolicies, access, context);
  const resource = judgeResource(access, context, principal);

  if (identity === 'deny') return { allowed: false, explicit: true, by: 'identity' };
  if (bounds === 'deny') return { allowed: false, explicit: true, by: 'boundary' };
  if (session === 'deny') return { allowed: false, explicit: true, by: 'session' };
  if (resource.denied) return { allowed: false, explicit: true, by: 'resource' };
  if (access.granted) return ALLOWED;

  const withinSession = session === undefined || session === 'allow';
  const withinBoundary = bounds === undefined || bounds === 'allow';
  const byIdentity = identity === 'allow' && withinBoundary && withinSession;
  // What names the very session or user is beyond boundary and session policy; what names the role or everyone is not.
  const byResource = resource.allows === 'session' || (resource.allows === 'role' && withinBoundary && withinSession);
  const own = (access.resourceAccountId ?? principal.accountId) === principal.accountId;

  if (principal.kind === 'service') return byResource ? ALLOWED : { allowed: false, explicit: false, by: 'resource' };
  if (own && access.resourcePolicyGoverns) {
    if (byResource || (resource.allows === 'account' && byIdentity)) return ALLOWED;
    if (resource.allows === 'none') return { allowed: false, explicit: false, by: 'resource' };
  } else if (own) {
    if (byIdentity || byResource) return ALLOWED;
  } else {
    if (byIdentity && resource.allows !== 'none') return ALLOWED;
    if (byIdentity) return { allowed: false, explicit: false, by: 'resource' };
  }
  const by = identity !== 'allow' ? 'identity' : withinBoundary ? 'session' : 'boundary';
  return { allowed: false, explicit: false, by };
};

const judge = (
  policies: readonly PolicyDocument[],
  access: Access,
  context: RequestContext,
): 'allow' | 'deny' | 'none' => {
  let allowed = false;
  for (const policy of policies) {
    // Nobody knows what it would deny.
    if (!isReadable(policy, 'identity')) return 'deny';
    const expand = expander(policy.Version, context);
    for (const statement of statements(policy)) {
      if (!applies(statement, access, context, expand)) continue;
      if (statement.Effect !== 'Allow') return 'deny';
      allowed = true;
    }
  }
  return allowed ? 'allow' : 'none';
};

const judgeResource = (
  access: Access,
  context: RequestContext,
  principal: Principal,
): { readonly denied: boolean; readonly allows: Naming } => {
  let allows: Naming = 'none';
  if (!access.resourcePolicy) return { denied: false, allows };
  if (!isReadable(access.resourcePolicy, 'resource')) return { denied: true, allows };
  const expand = expander(access.resourcePolicy.Version, context);
  for (const statement of statements(access.resourcePolicy)) {
    const named = naming(statement, principal);
    if (named === 'none' || !applies(statement, access, context, expand)) continue;
    if (statement.Effect !== 'Allow') return { denied: true, allows: 'none' };
    if (named === undefined) continue;
    if (allows === 'none' || named === 'session' || (named === 'role' && allows === 'account')) allows = named;
  }
  return { denied: false, allows };
};

const statements = (policy: PolicyDocument): readonly PolicyStatement[] =>
  Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement as PolicyStatement];

/** What cannot be decided applies if it denies, and does not if it allows. */
const applies = (statement: PolicyStatement, access: Access, context: RequestContext, expand: Expand): boolean => {
  const undecided = statement.Effect !== 'Allow';
  if (!actionFits(statement, access.action)) return false;
  const resource = resourceFits(statement, access.resource, expand);
  if (resource === false) return false;
  const conditions = conditionsHold(statement.Condition, context, expand);
  if (conditions === false) return false;
  return resource === undefined || conditions === undefined ? undecided : true;
};

const actionFits = (statement: PolicyStatement, action: string): boolean => {
  const fits = (pattern: string): boolean => matchesPattern(pattern, action, false);
  if (statement.NotAction !== undefined) return !toList(statement.NotAction).some(fits);
  return toList(statement.Action).some(fits);
};

const resourceFits = (statement: PolicyStatement, resource: string, expand: Expand): boolean | undefined => {
  const negated = statement.NotResource !== undefined;
  const patterns = negated ? statement.NotResource : statement.Resource;
  // Trust policies name no resource: they are about the one that they hang on.
  if (patterns === undefined) return true;
  let undecided = false;
  for (const text of toList(patterns)) {
    const pattern = expand(text, true);
    if (pattern === undefined) undecided = true;
    // An action without resource (`*`) is allowed by nothing less than `*`.
    else if (resource === '*' ? pattern === '*' : matchLiterals(matchesArn, pattern, resource)) return !negated;
  }
  return undecided ? undefined : negated;
};
