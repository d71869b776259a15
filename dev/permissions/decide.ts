/** A question asked of one shipped document, as the local cloud's authoriser asks it: same context, same evaluation. */
import { evaluate } from '../../local/iam/evaluate.ts';
import { buildContext } from '../../local/iam/request-context.ts';
import type { Access, PolicyDocument, PolicyStatement, Principal } from '../../local/kernel/service.ts';
import { PLACE } from './place.ts';
import type { ShippedDocument } from './shipped.ts';

const VERSION = '2012-10-17';
const documentOf = (statements: readonly PolicyStatement[]): PolicyDocument => ({
  Version: VERSION,
  Statement: statements,
});
const EVERYTHING = documentOf([{ Effect: 'Allow', Action: '*', Resource: '*' }]);
const NOW = Date.UTC(2026, 0, 1);

const USERNAME = /\$\{aws:username\}/;

/** What a policy says in terms of who asks is asked so. */
const byName = (who: Principal, context: Access['context'] = {}): NonNullable<Access['context']> => {
  const own = who.kind === 'user' ? (who.arn.split('/').at(-1) ?? '') : '';
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [key, [value].flat().map((text) => text.replace(USERNAME, own))]),
  );
};

export interface Asked {
  /** Of trust and resource policies; of others their holder asks. */
  readonly principal?: Principal;
  /** Nothing is allowed by his own policies. */
  readonly isPowerless?: boolean;
  readonly access: Access;
}

/**
 * Whether it is allowed under these statements (the document's, or changed ones) and nothing else that would refuse: who
 * is narrowed by a session policy, or asks for a bucket, key or role, may do everything by his own policies.
 */
export const isAllowed = (
  document: ShippedDocument,
  { principal = document.holder, isPowerless = false, access }: Asked,
  statements: readonly PolicyStatement[] = document.statements,
): boolean => {
  if (!principal) throw new TypeError(`nobody asks ${document.name}`);
  // Nothing is left of it: a policy with no statement allows nothing.
  const policy = documentOf(statements);
  const ask = (who: Principal, identityPolicies: readonly PolicyDocument[], what: Access): boolean => {
    const context = buildContext(who, PLACE.region, NOW, { ...what, context: byName(who, what.context) });
    return evaluate({ principal: who, access: what, context, identityPolicies }).allowed;
  };
  switch (document.kind) {
    case 'identity':
      return ask(principal, [policy], access);
    case 'session':
      return ask({ ...principal, sessionPolicies: [policy] }, [EVERYTHING], access);
    case 'trust':
    case 'resource':
      return ask(principal, principal.kind === 'service' || isPowerless ? [] : [EVERYTHING], {
        ...access,
        resourcePolicy: policy,
        resourceAccountId: document.of?.accountId ?? principal.accountId,
        resourcePolicyGoverns: document.kind === 'trust' || access.action.startsWith('kms:'),
      });
  }
};
