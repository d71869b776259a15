import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { PolicyDocument, PolicyStatement } from '../kernel/service.ts';
import { parseOperator } from './condition-operators.ts';
import { parseIamArn } from './ids.ts';
import { toList } from './match.ts';
import { type PolicyKind, VERSIONS } from './policy-elements.ts';

const texts = z.union([z.string(), z.array(z.string()).min(1)]);
const resource = z.string().regex(/^(\*|arn:[^:]+:[^:]+:[^:]*:[^:]*:.+)$/s, 'must be in ARN format or "*"');
const resources = z.union([resource, z.array(resource).min(1)]);
const conditionValue = z.union([z.string(), z.number(), z.boolean()]);
const conditionKeys = z.record(
  z.string().regex(/^[\w.-]+:./s, 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'),
  z.union([conditionValue, z.array(conditionValue)]),
);

const Statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: z
      .union([z.literal('*'), z.partialRecord(z.enum(['AWS', 'Service', 'Federated', 'CanonicalUser']), texts)])
      .optional(),
    Action: texts.optional(),
    NotAction: texts.optional(),
    Resource: resources.optional(),
    NotResource: resources.optional(),
    Condition: z.record(z.string(), conditionKeys).optional(),
  })
  .refine((it) => (it.Action === undefined) !== (it.NotAction === undefined), 'needs Action or NotAction, not both')
  .refine((it) => it.Resource === undefined || it.NotResource === undefined, 'has Resource and NotResource');

const Document = z.strictObject({
  Version: z.enum(VERSIONS as [string, ...string[]], 'The policy must contain a valid version string').optional(),
  Id: z.string().optional(),
  Statement: z.union([Statement, z.array(Statement).min(1)]),
});

const malformed = (message: string): AwsError => new AwsError('MalformedPolicyDocument', message);

/** Refuses what AWS would not take as a policy of this kind. Throws AwsError, MalformedPolicyDocument. */
export const checkPolicy = (policy: unknown, kind: PolicyKind): PolicyDocument => {
  if (JSON.stringify(policy)?.includes('"NotPrincipal"'))
    throw malformed('The local cloud does not evaluate NotPrincipal: deny everyone (*) under a condition instead.');
  const result = Document.safeParse(policy);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw malformed(`Policy, at ${issue?.path.join('.') || 'top'}: ${issue?.message}`);
  }
  const all = [result.data.Statement].flat() as readonly PolicyStatement[];
  for (const statement of all) checkStatement(statement, kind);
  const sids = all.flatMap(({ Sid }) => (Sid ? [Sid] : []));
  if (new Set(sids).size < sids.length) throw malformed('Statement IDs (SID) in a single policy must be unique.');
  return policy as PolicyDocument;
};

const checkStatement = (statement: PolicyStatement, kind: PolicyKind): void => {
  const { Sid = '', Principal, Resource, NotResource, Condition = {} } = statement;
  const actions = toList(statement.Action ?? statement.NotAction);
  if (actions.some((action) => action !== '*' && !/^[\w-]+:[\w*?]+$/.test(action)))
    throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  for (const operator of Object.keys(Condition))
    if (!parseOperator(operator)) throw malformed(`Invalid Condition type : ${operator}`);
  const hasResource = (Resource ?? NotResource) !== undefined;
  switch (kind) {
    case 'identity':
      if (Principal !== undefined) throw malformed('Policy document should not specify a principal.');
      if (!hasResource) throw malformed('Policy statement must contain resources.');
      checkSid(Sid);
      break;
    case 'trust':
      if (Principal === undefined) throw malformed('Missing required field Principal');
      if (hasResource) throw malformed('Has prohibited field Resource');
      if (actions.some((action) => action !== '*' && !/^sts:/i.test(action)))
        throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
      checkSid(Sid);
      break;
    case 'resource':
      if (Principal === undefined) throw malformed('Missing required field Principal');
      if (!hasResource) throw malformed('Missing required field Resource');
  }
};

/** IAM's own policies; those of keys, buckets and queues may have spaces there. */
const checkSid = (sid: string): void => {
  if (!/^[0-9A-Za-z]*$/.test(sid))
    throw malformed(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
};

/** Parses and checks a policy that came as text. Throws AwsError with `code`. */
export const parsePolicy = (text: string, kind: PolicyKind, code = 'MalformedPolicyDocument'): PolicyDocument => {
  try {
    return checkPolicy(JSON.parse(text), kind);
  } catch (cause) {
    throw new AwsError(code, cause instanceof AwsError ? cause.message : 'Syntax errors in policy.');
  }
};

/**
 * AWS keeps who a resource policy names by unique id, not by name: a role that is deleted and made again under the
 * same name is another one, and is not trusted. Names that nobody has are refused, and so are patterns of names.
 */
export const pinPrincipals = (
  policy: PolicyDocument,
  uniqueIdOf: (arn: string) => string | undefined,
): PolicyDocument => {
  const invalid = (text: string): AwsError => malformed(`Invalid principal in policy: "AWS":"${text}"`);
  const pinText = (text: string): string => {
    if (text !== '*' && /[*?]/.test(text)) throw invalid(text);
    if (!parseIamArn(text)) return text;
    const id = uniqueIdOf(text);
    if (id === undefined) throw invalid(text);
    return id;
  };
  const pinStatement = (statement: PolicyStatement): PolicyStatement => {
    const named = statement.Principal;
    if (typeof named !== 'object' || named === null || !('AWS' in named)) return statement;
    const aws = named.AWS as string | readonly string[];
    const pinned = typeof aws === 'string' ? pinText(aws) : aws.map(pinText);
    return { ...statement, Principal: { ...named, AWS: pinned } };
  };
  const statements = policy.Statement;
  return {
    ...policy,
    Statement: Array.isArray(statements) ? statements.map(pinStatement) : pinStatement(statements as PolicyStatement),
  };
};
