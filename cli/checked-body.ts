/** A request is held against the API's own schema before it is sent; what is wrong is said of the option it came from. */
import { z } from 'zod';
import { invalidRequest } from '../core/domain/request-problem.ts';
import { usageError } from './cli-error.ts';

type Issue = z.core.$ZodIssue;

/** Field of the request (its name, or its path with dots) → the option that it comes from. */
export type Fields = Readonly<Record<string, string>>;

/** Of a union (an instance rule is one): the branch that was meant, which is the one that knows all its keys. */
const innermost = (issue: Issue): Issue[] => {
  if (issue.code !== 'invalid_union') return [issue];
  const branches = (issue.errors ?? []).filter((branch) => branch.length > 0);
  const meant = branches.filter((branch) => !branch.some(({ code }) => code === 'unrecognized_keys'));
  const deepest = meant.toSorted((a, b) => (b[0]?.path.length ?? 0) - (a[0]?.path.length ?? 0))[0];
  if (!deepest) return [issue];
  return deepest.flatMap((inner) => innermost({ ...inner, path: [...issue.path, ...inner.path] } as Issue));
};

const optionOf = (issue: Issue, fields: Fields): string | undefined => {
  const names = [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].filter(
    // how conditions are joined is no option's name
    (part): part is string => typeof part === 'string' && part !== 'and' && part !== 'or',
  );
  const own = names.toReversed().find((name) => fields[name] !== undefined);
  return fields[names.join('.')] ?? (own === undefined ? undefined : fields[own]);
};

const ofOption = (issue: Issue, fields: Fields): Issue => {
  const option = optionOf(issue, fields);
  if (option === undefined) return issue;
  return { ...issue, path: [option], ...(issue.code === 'unrecognized_keys' ? { keys: [] } : {}) } as Issue;
};

/** Errors: CliError, naming the option, what it must be, and what to do; nothing has been sent. */
export const checkBody = (schema: z.ZodType, body: unknown, fields: Fields = {}): void => {
  // reportInput: so that a missing field can be told from a wrong one
  const result = schema.safeParse(body, { reportInput: true });
  if (result.success) return;
  const issues = result.error.issues.flatMap(innermost).map((issue) => ofOption(issue, fields));
  const problem = invalidRequest(new z.ZodError(issues));
  throw usageError(problem.message, { field: problem.field, remedy: 'Correct it: nothing was sent.' });
};
