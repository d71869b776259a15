/** What a schema found wrong in a request, said as sentences that name the field, what it must be, and what to do. */
import type { z } from 'zod';
import { InvalidRequest } from './errors.ts';

type Issue = z.core.$ZodIssue;

/** More than this is noise: the rest shows when these are put right. */
const SENTENCES = 5;

const fieldOf = (issue: Issue): string => {
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const inner = issue.code === 'unrecognized_keys' ? `.${issue.keys[0]}` : '';
  return `${path}${inner}`.replace(/^\./, '').slice(0, 200);
};

const list = (values: readonly unknown[]): string => values.map(String).join(', ');

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a JSON object',
  boolean: 'true or false',
};

const length = (issue: Issue & { origin: string }, words: 'at least' | 'at most', bound: number | bigint): string => {
  const unit = issue.origin === 'string' ? 'character' : 'item';
  if (issue.origin === 'string' || issue.origin === 'array')
    return `must have ${words} ${bound} ${unit}${Number(bound) === 1 ? '' : 's'}`;
  return `must be ${words} ${bound}`;
};

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;

/** Of objects that are told apart by the names of their fields: a rule has just one of those. */
const keysOf = ({ errors }: UnionIssue): readonly string[] => {
  const missing = errors.flatMap((branch) =>
    branch.flatMap(({ path: [key] }) => (key === undefined ? [] : [`${String(key)}`])),
  );
  const strange = errors.map((branch) =>
    branch.flatMap((each) => (each.code === 'unrecognized_keys' ? each.keys : [])),
  );
  // what one branch does not know and another does
  return [...missing, ...strange.flat().filter((key) => strange.some((keys) => !keys.includes(key)))];
};

const unionPredicate = (issue: UnionIssue): string => {
  const { options } = issue as { options?: readonly unknown[] };
  if (options) return `must be one of ${list(options)}`;
  const plain = issue.errors.flatMap(([first]) => (first && first.path.length === 0 ? [predicate(first)] : []));
  const kinds = [...new Set(plain)].filter((each) => each !== 'is not known here');
  if (kinds.length > 0) return kinds.join(' or ');
  const keys = [...new Set(keysOf(issue))];
  return keys.length > 0 ? `must have exactly one of ${list(keys)}` : 'has the wrong form';
};

/** Nothing of the value fits a branch: it has none of its fields. */
const isStranger = (branch: readonly Issue[]): boolean =>
  branch.some(
    (each) =>
      each.path.length === 0 ||
      (each.path.length === 1 &&
        ['invalid_type', 'invalid_value'].includes(each.code ?? '') &&
        each.input === undefined),
  );

/** What is wrong in a union is what is wrong in the one branch that was meant, if that can be told. */
const meant = (issue: Issue): Issue => {
  if (issue.code !== 'invalid_union') return issue;
  const [branch, ...others] = issue.errors.filter((each) => !isStranger(each as readonly Issue[]));
  const [first] = branch ?? [];
  if (!first || others.length > 0) return issue;
  return meant({ ...first, path: [...issue.path, ...first.path] } as Issue);
};

const predicate = (issue: z.core.$ZodIssue): string => {
  // ours: the schemas' own messages all start so
  if (issue.message.startsWith('must ')) return issue.message;
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'is not known here';
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${KINDS[issue.expected] ?? `of type ${issue.expected}`}`;
    case 'invalid_union':
      return unionPredicate(issue);
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${list(issue.values)}`;
    case 'too_small':
      return length(issue, 'at least', issue.minimum);
    case 'too_big':
      return length(issue, 'at most', issue.maximum);
    default:
      return 'has the wrong form';
  }
};

const sentence = (found: Issue): string => {
  const issue = meant(found);
  if (issue.code === 'unrecognized_keys' && issue.keys.length > 1)
    return `${list(issue.keys.slice(0, SENTENCES))} are not known here.`.slice(0, 400);
  return `${fieldOf(issue) || 'The body'} ${predicate(issue)}.`;
};

const remedyOf = (found: Issue): string => {
  const issue = meant(found);
  if (issue.code === 'unrecognized_keys') return 'Leave it out: nothing was done.';
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'Add it and send the request again.';
  return 'Correct it and send the request again.';
};

/** `error` comes from a parse with `reportInput: true`, which tells a missing field from a wrong one. */
export const invalidRequest = (error: z.ZodError): InvalidRequest => {
  const [first] = error.issues;
  const field = first && fieldOf(meant(first));
  return new InvalidRequest(error.issues.slice(0, SENTENCES).map(sentence).join(' ') || 'The request is not valid.', {
    ...(field ? { field } : {}),
    ...(first ? { remedy: remedyOf(first) } : {}),
  });
};
