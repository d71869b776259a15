import type { PolicyDocument, PolicyStatement } from '../../local/kernel/service.ts';
import type { Case } from './independent-evaluator-cases.ts';

/** What the two are not compared on: where the other is wrong by AWS's documentation, or the documentation is silent. */
export interface Exclusion {
  readonly name: string;
  readonly reason: string;
  readonly applies: (one: Case, statements: readonly Written[]) => boolean;
}

interface Written {
  readonly statement: PolicyStatement;
  readonly version: string | undefined;
  readonly text: string;
}

/** The first exclusion that a case falls under. */
export const exclusionOf = (one: Case): Exclusion | undefined => {
  const policies: readonly PolicyDocument[] = [
    ...one.identityPolicies,
    ...(one.boundary ?? []),
    ...(one.principal.sessionPolicies ?? []),
    ...(one.access.resourcePolicy ? [one.access.resourcePolicy] : []),
  ];
  const written = policies.flatMap(({ Version, Statement }) =>
    (Statement as readonly PolicyStatement[]).map((statement) => ({
      statement,
      version: Version,
      text: JSON.stringify(statement),
    })),
  );
  return EXCLUSIONS.find((exclusion) => exclusion.applies(one, written));
};

const conditionsOf = (statement: PolicyStatement): [operator: string, key: string, wanted: string][] =>
  Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, wanted]): [string, string, string] => [operator, key, JSON.stringify(wanted)]),
  );

const tagOf = (one: Case): readonly string[] => one.context.get('aws:principaltag/tenant') ?? [];

export const EXCLUSIONS: readonly Exclusion[] = [
  {
    name: 'variable in a policy of 2008',
    reason: 'AWS: documents of that version have no variables, but plain text; the other puts the value in.',
    applies: (_one, all) => all.some(({ version, text }) => version !== '2012-10-17' && text.includes(`\${`)),
  },
  {
    name: 'variable of an empty tag',
    reason: 'not documented; the other takes an empty value for none at all, ours for the empty text.',
    applies: (one, all) => tagOf(one)[0] === '' && all.some(({ text }) => text.includes('PrincipalTag/tenant')),
  },
  {
    name: 'deny with a variable that has no value',
    reason:
      'AWS: this "might cause the entire statement to be invalid"; ours fails closed and denies, the other does not.',
    applies: (one, all) =>
      tagOf(one).length === 0 &&
      all.some(({ statement, text }) => statement.Effect === 'Deny' && /\$\{aws:PrincipalTag\/tenant\}/.test(text)),
  },
  {
    name: "variable in a queue's name",
    reason:
      "AWS: variables may stand anywhere behind the ARN's fifth colon; the other takes the variable's / for the ARN's.",
    applies: (_one, all) => all.some(({ text }) => text.includes(':order${')),
  },
  {
    name: '? in the type of a resource',
    reason: 'AWS: wildcards are * and ? within a segment of an ARN; the other knows only * before the slash.',
    applies: (_one, all) => all.some(({ text }) => /:\?(olume|napshot|unction|ey|ole|ecret)\b/.test(text)),
  },
  {
    name: 'range 0.0.0.0/0',
    reason: 'it holds every IPv4 address; in the other it holds none but 0.0.0.0.',
    applies: (_one, all) => all.some(({ text }) => text.includes('/0"')),
  },
  {
    name: 'NotIpAddress of the other family',
    reason:
      'AWS: all addresses but the named ones, so an IPv6 address is not in an IPv4 range; the other finds no match.',
    applies: (one, all) =>
      (one.context.get('aws:sourceip') ?? []).length > 0 &&
      all.some(({ statement }) =>
        conditionsOf(statement).some(
          ([operator, , wanted]) =>
            operator.includes('NotIpAddress') &&
            wanted.split(',').some((it) => it.includes('::') !== one.context.get('aws:sourceip')?.[0]?.includes('::')),
        ),
      ),
  },
  {
    name: 'aws:EpochTime against a calendar date',
    reason: 'AWS: both are dates; the other reads the seconds as a date of another kind.',
    applies: (_one, all) =>
      all.some(({ statement }) =>
        conditionsOf(statement).some(([, key, wanted]) => key === 'aws:EpochTime' && wanted.includes('-')),
      ),
  },
  {
    name: 'several values without ForAllValues or ForAnyValue',
    reason: 'AWS asks for one of them; ours fails closed beyond one value, the other matches nothing, denies included.',
    applies: (_one, all) =>
      all.some(({ statement }) =>
        conditionsOf(statement).some(
          ([operator, key]) => /Keys$|CalledVia$/.test(key) && !operator.startsWith('For') && operator !== 'Null',
        ),
      ),
  },
  {
    name: 'session policy against a resource policy that names the session',
    reason: 'AWS: what names the session itself is beyond its session policy; the other bounds that, too.',
    applies: (one) => one.principal.sessionPolicies !== undefined && isNamed(one, one.principal.arn),
  },
  {
    name: "federated user by its user's name",
    reason: "AWS: what it allows is bounded by the session policy; the other knows only the federated user's own name.",
    applies: (one) => one.principal.kind === 'federated-user' && isNamed(one, one.principal.userArn ?? ''),
  },
  {
    name: "everyone (*), and a role's boundary",
    reason:
      'AWS documents it for roles and sessions that are named; ours bounds what everyone gets, the other does not.',
    applies: (one) => one.principal.kind !== 'user' && one.boundary !== undefined && isNamed(one, '*'),
  },
  {
    name: "a caller's keys, asked of a service",
    reason: 'not documented whether requests of services have them; ours does not know and fails closed.',
    applies: (one, all) =>
      one.principal.kind === 'service' && all.some(({ text }) => /"aws:Principal(Account|Arn|Type)"/.test(text)),
  },
];

/** Whether a statement of the resource policy names just this principal. */
const isNamed = ({ access }: Case, name: string): boolean => {
  const all = (access.resourcePolicy?.Statement ?? []) as readonly PolicyStatement[];
  return all.some(({ Principal }) => JSON.stringify(Principal).includes(`"${name}"`));
};
