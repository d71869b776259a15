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

const predicate = (issue: Issue): string => {
  // ours: the schemas' own messages all start so
  if (issue.message.startsWith('must ')) return issue.message;
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'is not known here';
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${KINDS[issue.expected] ?? `of type ${issue.expected}`}`;
    case 'invalid_union':
      return `must be one of ${list((issue as { options?: readonly unknown[] }).options ?? [])}`;
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

const sentence = (issue: Issue): string => {
  if (issue.code === 'unrecognized_keys' && issue.keys.length > 1)
    return `${list(issue.keys.slice(0, SENTENCES))} are not known here.`.slice(0, 400);
  return `${fieldOf(issue) || 'The body'} ${predicate(issue)}.`;
};

const remedyOf = (issue: Issue): string => {
  if (issue.code === 'unrecognized_keys') return 'Leave it out: nothing was done.';
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'Add it and send the request again.';
  return 'Correct it and send the request again.';
};

/** `error` comes from a parse with `reportInput: true`, which tells a missing field from a wrong one. */
export const invalidRequest = (error: z.ZodError): InvalidRequest => {
  const [first] = error.issues;
  const field = first && fieldOf(first);
  return new InvalidRequest(error.issues.slice(0, SENTENCES).map(sentence).join(' ') || 'The request is not valid.', {
    ...(field ? { field } : {}),
    ...(first ? { remedy: remedyOf(first) } : {}),
  });
};
