import { statementsIn } from './policy-statements.ts';
import type { Problem } from './problem.ts';
import { type Action, actionsOf, hasKey, overlap } from './service-authorisation.ts';

/** Where AWS itself asks about another resource than it publishes. */
const AWS_ASKS: Readonly<Record<string, string>> = {
  // Published without resources, but refused without this one: aws/aws-cdk issue 38201.
  'scheduler:ListSchedules': 'arn:*:scheduler:*:*:schedule/*/*',
  // The federated user by the documentation; the user who asks is what was published before. Not proven on AWS: both.
  'sts:GetFederationToken': 'arn:*:iam::*:user/*',
};

const resourcesOf = ({ name, resources }: Action): readonly string[] => [
  ...resources.map(({ pattern }) => pattern),
  ...(name in AWS_ASKS ? [AWS_ASKS[name] as string] : []),
];

/** Problems of one statement with what AWS publishes; `isException`: that it needs `*` is known and explained. */
const problemsOf = async (
  statement: ReturnType<typeof statementsIn>[number],
  isException: (sid: string) => boolean,
): Promise<readonly Problem[]> => {
  const { where, Sid = '', Effect, Action, Resource, Principal, conditions } = statement;
  const problem = (what: string): Problem => ({ where, what });
  const actions: Action[] = [];
  const problems: Problem[] = [];
  for (const name of Action) {
    const known = await actionsOf(name);
    if (known.length === 0) problems.push(problem(`${name} is no action of AWS's`));
    actions.push(...known);
  }
  const wild = Action.some((name) => name.includes('*'));
  if (Effect === 'Allow' && Principal === undefined && wild) problems.push(problem('an action is a wildcard'));
  for (const { operator, key } of conditions) {
    const without = actions.filter((action) => !hasKey(action, key));
    const some = wild || Effect === 'Deny';
    if (without.length > 0 && (!some || without.length === actions.length))
      problems.push(problem(`${operator} ${key} is no condition key of ${without.map(({ name }) => name).join(', ')}`));
  }
  // Of a resource's own policy there is one resource, which it hangs on.
  if (Resource.length === 0 || Principal !== undefined) return problems;
  if (Resource.includes('*')) {
    const narrower = actions.filter((action) => resourcesOf(action).length > 0);
    if (Effect === 'Allow' && narrower.length > 0 && !isException(Sid))
      problems.push(problem(`Resource is *, but ${narrower.map(({ name }) => name).join(', ')} can be limited`));
    return problems;
  }
  for (const action of actions)
    if (!resourcesOf(action).some((pattern) => Resource.some((resource) => overlap(resource, pattern))))
      problems.push(problem(`${action.name} knows none of its resources: ${Resource.join(', ')}`));
  for (const resource of Resource)
    if (!actions.some((action) => resourcesOf(action).some((pattern) => overlap(resource, pattern))))
      problems.push(problem(`no action of it knows the resource ${resource}`));
  return problems;
};

/**
 * Holds every statement in a document or template against AWS's published actions: each is one, has the condition keys
 * that it is asked about and the resources that it is allowed on, and none is allowed on `*` that could be limited.
 */
export const lintPermissions = async (
  documents: Readonly<Record<string, unknown>>,
  isException: (sid: string) => boolean,
): Promise<readonly Problem[]> => {
  const statements = Object.entries(documents).flatMap(([name, document]) => statementsIn(document, name));
  return (await Promise.all(statements.map((statement) => problemsOf(statement, isException)))).flat();
};
