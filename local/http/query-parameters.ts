import { AwsError } from '../kernel/errors.ts';

type Node = { [key: string]: Node | string };

const DEEPEST = 12;

/**
 * Nests the parameters of a query protocol: `Filter.1.Value.2=x` becomes `{ Filter: [{ Value: [, 'x'] }] }` with the
 * gaps closed, and `Tags.member.1.Key=x` becomes `{ Tags: [{ Key: 'x' }] }`. Throws AwsError.
 */
export const nestParameters = (parameters: Iterable<[string, string]>): Record<string, unknown> => {
  const root: Node = Object.create(null);
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version') continue;
    const parts = name.split('.');
    const last = parts.pop() as string;
    if (parts.length > DEEPEST || last === '') throw malformed(name);
    let node = root;
    for (const part of parts) {
      const next: Node | string = node[part] ?? Object.create(null);
      node[part] = next;
      if (typeof next === 'string' || part === '') throw malformed(name);
      node = next;
    }
    if (node[last] !== undefined) throw malformed(name);
    node[last] = value;
  }
  return Object.fromEntries(Object.entries(root).map(([key, node]) => [key, settle(node)]));
};

const settle = (node: Node | string): unknown => {
  if (typeof node === 'string') return node;
  const keys = Object.keys(node);
  if (keys.every((key) => /^\d+$/.test(key))) {
    const ordered = keys.sort((a, b) => Number(a) - Number(b));
    return ordered.map((key) => settle(node[key] as Node | string));
  }
  const members = node.member;
  if (keys.length === 1 && typeof members === 'object') return settle(members);
  return Object.fromEntries(keys.map((key) => [key, settle(node[key] as Node | string)]));
};

const malformed = (name: string): AwsError =>
  new AwsError('MalformedQueryString', `The parameter ${name.slice(0, 200)} does not fit with the others.`, 400);
