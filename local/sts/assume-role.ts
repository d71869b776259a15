import { z } from 'zod';
import { type Directory, principalOfRole } from '../iam/directory.ts';
import { parseIamArn } from '../iam/ids.ts';
import { AwsError } from '../kernel/errors.ts';
import { type Access, type Kernel, type Operation, operation, type Principal } from '../kernel/service.ts';
import {
  externalId,
  packedPolicySize,
  parseSessionPolicy,
  policyText,
  seconds,
  sessionName,
  sourceIdentity,
  tags,
} from './parameters.ts';

const Input = z.strictObject({
  RoleArn: z.string().min(20).max(2048),
  RoleSessionName: sessionName,
  ExternalId: externalId.optional(),
  DurationSeconds: seconds(43_200).optional(),
  Policy: policyText.optional(),
  SourceIdentity: sourceIdentity.optional(),
  Tags: tags.optional(),
  TransitiveTagKeys: z.array(z.string()).max(50).optional(),
});
type Input = z.infer<typeof Input>;

const LONGEST_CHAINED_SECONDS = 3600;

export const createAssumeRole = (kernel: Kernel, directory: Directory): Operation =>
  operation({
    name: 'AssumeRole',
    input: Input,
    redact: ['Policy'],

    access(input, { principal }): readonly Access[] {
      const role = directory.role(input.RoleArn);
      const access = {
        resource: input.RoleArn,
        resourceAccountId: role?.accountId ?? parseIamArn(input.RoleArn)?.accountId ?? principal.accountId,
        resourcePolicyGoverns: true,
        context: conditionKeys(input, principal),
        ...(role ? { resourcePolicy: role.pinnedTrust } : {}),
      };
      // What a session inherits needs the permission in each further role, too.
      const setsIdentity = (input.SourceIdentity ?? principal.sourceIdentity) !== undefined;
      const tagsSession = (input.Tags?.length ?? 0) > 0 || inheritedTags(principal).length > 0;
      return [
        { ...access, action: 'sts:AssumeRole' },
        ...(setsIdentity ? [{ ...access, action: 'sts:SetSourceIdentity' }] : []),
        ...(tagsSession ? [{ ...access, action: 'sts:TagSession' }] : []),
      ];
    },

    run(input, { principal }) {
      const role = directory.role(input.RoleArn);
      if (!role) throw new Error(`allowed to assume ${input.RoleArn}, which does not exist`);
      const seconds = input.DurationSeconds ?? 3600;
      checkDuration(seconds, role.maxSessionSeconds, principal);
      const identity = sourceIdentityOf(input, principal);
      const { sessionTags, transitiveTagKeys } = mergeTags(input, principal);
      const base = principalOfRole(role, input.RoleSessionName);
      const credentials = kernel.issueCredentials(
        {
          ...base,
          ...(identity === undefined ? {} : { sourceIdentity: identity }),
          ...(input.Policy === undefined ? {} : { sessionPolicies: [parseSessionPolicy(input.Policy)] }),
          sessionTags: { ...base.sessionTags, ...sessionTags },
          transitiveTagKeys,
        },
        seconds,
      );
      return {
        Credentials: { ...credentials, Expiration: new Date(credentials.Expiration * 1000) },
        AssumedRoleUser: { AssumedRoleId: base.userId, Arn: base.arn },
        ...(input.Policy === undefined ? {} : { PackedPolicySize: packedPolicySize(input.Policy) }),
        ...(identity === undefined ? {} : { SourceIdentity: identity }),
      };
    },
  });

const conditionKeys = (input: Input, principal: Principal): NonNullable<Access['context']> => {
  const given = input.Tags ?? [];
  const identity = input.SourceIdentity ?? principal.sourceIdentity;
  return {
    'sts:RoleSessionName': input.RoleSessionName,
    'sts:ExternalId': input.ExternalId ?? [],
    'sts:SourceIdentity': identity ?? [],
    'sts:TransitiveTagKeys': input.TransitiveTagKeys ?? [],
    'aws:TagKeys': given.map(({ Key }) => Key),
    ...Object.fromEntries(given.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
  };
};

const checkDuration = (seconds: number, most: number, principal: Principal): void => {
  // Role chaining: a role session that assumes a role gets an hour at most, whatever the role allows.
  if (principal.kind === 'assumed-role' && seconds > LONGEST_CHAINED_SECONDS)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  if (seconds > most)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
};

/** Once set, it stays through all further roles. */
const sourceIdentityOf = (input: Input, principal: Principal): string | undefined => {
  const { sourceIdentity: inherited } = principal;
  if (inherited !== undefined && input.SourceIdentity !== undefined && input.SourceIdentity !== inherited)
    throw new AwsError('AccessDenied', 'The source identity of a session cannot be changed.', 403);
  return input.SourceIdentity ?? inherited;
};

const inheritedTags = (principal: Principal): readonly string[] => principal.transitiveTagKeys ?? [];

const mergeTags = (input: Input, principal: Principal) => {
  const given = input.Tags ?? [];
  const inherited = inheritedTags(principal);
  const clash = given.find(({ Key }) => inherited.some((key) => key.toLowerCase() === Key.toLowerCase()));
  if (clash)
    throw new AwsError(
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  const unknown = (input.TransitiveTagKeys ?? []).find((key) => !given.some(({ Key }) => Key === key));
  if (unknown !== undefined)
    throw new AwsError(
      'InvalidParameterValue',
      'The specified transitive tag key must be included in the requested tags.',
    );
  const kept = inherited.map((key) => [key, principal.sessionTags?.[key] ?? ''] as const);
  return {
    sessionTags: Object.fromEntries([...kept, ...given.map(({ Key, Value }) => [Key, Value] as const)]),
    transitiveTagKeys: [...inherited, ...(input.TransitiveTagKeys ?? [])],
  };
};
