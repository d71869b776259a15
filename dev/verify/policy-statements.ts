/** Every statement of IAM in a template or document, with where it is. */
export interface Statement {
  readonly where: string;
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  /** None in a trust policy. */
  readonly Resource: readonly string[];
  /** Absent in an identity's policy. */
  readonly Principal?: unknown;
  /** The keys that it asks about, with the operator. */
  readonly conditions: readonly { readonly operator: string; readonly key: string }[];
}

const SOME_ARN = 'arn:*';

/** A text as it will be, as far as can be known: what CloudFormation or the framework puts in is `*`. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return /^\$\{[^{}]*\}$/.test(value) ? SOME_ARN : value.replace(/\$\{[^{}]*\}/g, '*');
  if (value && typeof value === 'object' && 'Fn::Sub' in value) return textOf(value['Fn::Sub']);
  if (value && typeof value === 'object' && 'Fn::Join' in value) {
    const [by, parts] = value['Fn::Join'] as [string, unknown[]];
    return parts.map(textOf).join(by);
  }
  return SOME_ARN;
};

const listOf = (value: unknown): readonly string[] => (value === undefined ? [] : [value].flat().map(textOf));

const read = (raw: Record<string, unknown>, where: string): Statement => {
  for (const name of ['NotAction', 'NotResource', 'NotPrincipal'])
    if (name in raw) throw new Error(`${where} has ${name}: say what it is, not what it is not`);
  return {
    where: `${where}.${raw.Sid ?? '(no Sid)'}`,
    ...(raw.Sid === undefined ? {} : { Sid: String(raw.Sid) }),
    Effect: raw.Effect as Statement['Effect'],
    Action: listOf(raw.Action),
    Resource: listOf(raw.Resource),
    ...(raw.Principal === undefined ? {} : { Principal: raw.Principal }),
    conditions: Object.entries((raw.Condition ?? {}) as Record<string, object>).flatMap(([operator, keys]) =>
      Object.keys(keys).map((key) => ({ operator, key })),
    ),
  };
};

/** Wherever they are in it: a document's `Statement`, a role's policies, a bucket's, a key's, an API's. */
export const statementsIn = (node: unknown, where: string): readonly Statement[] => {
  if (Array.isArray(node)) return node.flatMap((each, index) => statementsIn(each, `${where}.${index}`));
  if (!node || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'Statement'
      ? [value].flat().map((each) => read(each as Record<string, unknown>, where))
      : statementsIn(value, ['Properties', 'PolicyDocument', 'Resources'].includes(key) ? where : `${where}.${key}`),
  );
};
