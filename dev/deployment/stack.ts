import type { Cloud } from '../../local/cloud.ts';
import type { Table } from '../../local/kernel/store.ts';
import type { Place } from './read-serverless.ts';

/** What a resource became: `Ref`, and the attributes that `Fn::GetAtt` reads. Kept, as CloudFormation keeps a stack. */
export interface Physical {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Stack {
  readonly cloud: Cloud;
  readonly place: Place;
  readonly physical: Table<Physical>;
}

/** Of Fn::Sub, what is written for IAM: `${!aws:username}` stands for the very text `${aws:username}`. */
const literal = (text: string): string => {
  if (/\$\{(?!!)/.test(text)) throw new Error(`the local deployment puts no values into Fn::Sub: ${text}`);
  return text.replaceAll('${!', '${');
};

/** Replaces CloudFormation's functions by what they stand for; a resource that is not made yet is an error. */
export const resolveReferences = (stack: Stack, node: unknown): unknown => {
  if (Array.isArray(node)) return node.map((each) => resolveReferences(stack, each));
  if (!node || typeof node !== 'object') return node;
  if ('Ref' in node) return find(stack, String(node.Ref)).ref;
  if ('Fn::Base64' in node) return Buffer.from(String(resolveReferences(stack, node['Fn::Base64']))).toString('base64');
  if ('Fn::Sub' in node) return literal(String(node['Fn::Sub']));
  if ('Fn::GetAZs' in node) return ['a', 'b', 'c'].map((letter) => `${stack.place.region}${letter}`);
  if ('Fn::GetAtt' in node) {
    const [logicalId, attribute] = node['Fn::GetAtt'] as [string, string];
    const value = find(stack, logicalId).attributes[attribute];
    if (value === undefined) throw new Error(`${logicalId} has no attribute ${attribute}`);
    return value;
  }
  const other = Object.keys(node).find((key) => key.startsWith('Fn::'));
  if (other !== undefined) throw new Error(`the local deployment does not know ${other}`);
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolveReferences(stack, value)]));
};

export const find = ({ physical }: Stack, logicalId: string): Physical => {
  const found = physical.get(logicalId);
  if (!found) throw new Error(`serverless.yml refers to ${logicalId}, which is not made yet`);
  return found;
};

export type Maker = (
  stack: Stack,
  properties: Record<string, unknown>,
  before: Physical | undefined,
) => Physical | Promise<Physical>;

/** Calls an operation as the account's root, as CloudFormation does with an administrator's credentials. */
export const asRoot = ({ cloud, place }: Stack, service: string, operation: string, input: unknown): Promise<unknown> =>
  cloud.kernel.call(cloud.admin.rootPrincipal(place.accountId), place.region, service, operation, input);
