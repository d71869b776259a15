import type { PolicyDocument, PolicyStatement } from '../../local/kernel/service.ts';
import type { Case } from './independent-evaluator-cases.ts';
import { OPERATORS, OWN } from './independent-evaluator-pools.ts';

type Feature = readonly [name: string, has: (one: Case, text: string) => boolean];

const FEATURES: readonly Feature[] = [
  ['identity policies', (one) => one.identityPolicies.length > 0],
  ['permissions boundary', (one) => one.boundary !== undefined],
  ['session policy', (one) => one.principal.sessionPolicies !== undefined],
  ['resource policy, same account', (one) => one.access.resourcePolicy !== undefined && !isAcross(one)],
  ['resource policy, across accounts', (one) => one.access.resourcePolicy !== undefined && isAcross(one)],
  ['key policy', (one) => one.access.action.startsWith('kms:')],
  ['trust policy', (one) => one.access.action === 'sts:AssumeRole'],
  ['caller: user', (one) => one.principal.kind === 'user'],
  ['caller: role session', (one) => one.principal.kind === 'assumed-role'],
  ['caller: federated user', (one) => one.principal.kind === 'federated-user'],
  ['caller: root', (one) => one.principal.kind === 'root'],
  ['caller: AWS service', (one) => one.principal.kind === 'service'],
  ['Deny', (_one, text) => text.includes('"Deny"')],
  ['NotAction', (_one, text) => text.includes('"NotAction"')],
  ['NotResource', (_one, text) => text.includes('"NotResource"')],
  ['wildcard *', (_one, text) => /"(Action|Resource)":\[[^\]]*[^"[]\*/.test(text)],
  ['wildcard ?', (_one, text) => /"(Action|Resource)":\[[^\]]*\?/.test(text)],
  ['variable', (_one, text) => text.includes(`\${aws:PrincipalTag/tenant}`)],
  ['variable with a default', (_one, text) => text.includes("${aws:PrincipalTag/tenant, '")],
  ['request, resource and principal tags', (_one, text) => /(Request|Resource|Principal)Tag\//.test(text)],
  ['keys of several values', (one) => [...one.context.values()].some((values) => values.length > 1)],
  ['ForAllValues', (_one, text) => text.includes('ForAllValues:')],
  ['ForAnyValue', (_one, text) => text.includes('ForAnyValue:')],
  ['Null', (_one, text) => text.includes('"Null"')],
  ...[...new Set(Object.values(OPERATORS).flat())].flatMap((operator): Feature[] => [
    [operator, (_one, text) => new RegExp(`"(For\\w+:)?${operator}"`).test(text)],
    [`${operator}IfExists`, (_one, text) => text.includes(`${operator}IfExists"`)],
  ]),
];

const isAcross = ({ access }: Case): boolean => access.resourceAccountId !== OWN;

/** How many of the cases have each feature. */
export const coverageOf = (cases: readonly Case[]): [feature: string, count: number][] => {
  const texts = cases.map((one) => JSON.stringify(policiesOf(one)));
  return FEATURES.map(([name, has]) => [name, cases.filter((one, index) => has(one, texts[index] ?? '')).length]);
};

const policiesOf = (one: Case): readonly (readonly PolicyStatement[])[] =>
  [
    ...one.identityPolicies,
    ...(one.boundary ?? []),
    ...(one.principal.sessionPolicies ?? []),
    one.access.resourcePolicy,
  ]
    .filter((policy): policy is PolicyDocument => policy !== undefined)
    .map(({ Statement }) => Statement as readonly PolicyStatement[]);
