import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { PolicyDocument, PolicyStatement } from '../kernel/service.ts';
import { parseIamArn } from './ids.ts';

const texts = z.union([z.string(), z.array(z.string()).min(1)]);
const resource = z.string().regex(/^(\*|arn:[^:]+:[^:]+:[^:]*:[^:]*:.+)$/s, 'must be in ARN format or "*"');
const resources = z.union([resource, z.array(resource).min(1)]);
const conditionValue = z.union([z.string(), z.number(), z.boolean()]);

const Statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: z.union([z.literal('*'), z.record(z.string(), texts)]).optional(),
    NotPrincipal: z.unknown().optional(),
    Action: texts.optional(),
    NotAction: texts.optional(),
    Resource: resources.optional(),
    NotResource: resources.optional(),
    Condition: z
      .record(z.string(), z.record(z.string(), z.union([conditionValue, z.array(conditionValue)])))
      .optional(),
  })
  .refine((it) => (it.Action === undefined) !== (it.NotAction === undefined), 'needs Action or NotAction, not both')
  .refine((it) => it.Resource === undefined || it.NotResource === undefined, 'has Resource and NotResource');

const Document = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.union([Statement, z.array(Statement)]),
});

/** Refuses what IAM would not take as a policy. Throws AwsError, MalformedPolicyDocument. */
export const checkPolicy = (policy: unknown): PolicyDocument => {
  const result = Document.safeParse(policy);
  if (result.success) return policy as PolicyDocument;
  const issue = result.error.issues[0];
  throw new AwsError('MalformedPolicyDocument', `Policy, at ${issue?.path.join('.') || 'top'}: ${issue?.message}`);
};

/** Parses and checks a policy that came as text. Throws AwsError with `code`. */
export const parsePolicy = (text: string, code = 'MalformedPolicyDocument'): PolicyDocument => {
  try {
    return checkPolicy(JSON.parse(text));
  } catch (cause) {
    throw new AwsError(code, cause instanceof AwsError ? cause.message : 'Syntax errors in policy.');
  }
};

/**
 * IAM keeps who a resource policy names by unique id, not by name: a role that is deleted and made again under the
 * same name is another one, and is not trusted. Names that nobody has are refused.
 */
export const pinPrincipals = (
  policy: PolicyDocument,
  uniqueIdOf: (arn: string) => string | undefined,
): PolicyDocument => {
  const pinText = (text: string): string => {
    if (!parseIamArn(text)) return text;
    const id = uniqueIdOf(text);
    if (id === undefined) throw new AwsError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${text}"`);
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
