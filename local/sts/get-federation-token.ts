import { z } from 'zod';
import type { Directory } from '../iam/directory.ts';
import { AwsError } from '../kernel/errors.ts';
import { type Kernel, type Operation, operation, type PolicyDocument } from '../kernel/service.ts';
import { packedPolicySize, parseSessionPolicy, policyText, seconds, tags } from './parameters.ts';

const Input = z.strictObject({
  Name: z.string().regex(/^[\w+=,.@-]{2,32}$/, 'Member must satisfy regular expression pattern: [\\w+=,.@-]{2,32}'),
  DurationSeconds: seconds(129_600).optional(),
  Policy: policyText.optional(),
  Tags: tags.optional(),
});

/** A federated user without a policy may do nothing. */
const NOTHING: PolicyDocument = { Statement: [] };
const DEFAULT_SECONDS = 12 * 3600;

/** A session with no more than both its policy and the calling user's policies allow. Only users can call it. */
export const createGetFederationToken = (kernel: Kernel, directory: Directory): Operation =>
  operation({
    name: 'GetFederationToken',
    input: Input,
    redact: ['Policy'],
    access(input, { principal, accountId }) {
      const resource = `arn:aws:sts::${accountId}:federated-user/${input.Name}`;
      const given = input.Tags ?? [];
      const context = {
        'aws:TagKeys': given.map(({ Key }) => Key),
        ...Object.fromEntries(given.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
      };
      if (principal.kind !== 'user')
        throw new AwsError('AccessDenied', 'Cannot call GetFederationToken with session credentials', 403);
      return [
        { action: 'sts:GetFederationToken', resource, context },
        ...(given.length > 0 ? [{ action: 'sts:TagSession', resource, context }] : []),
      ];
    },
    run(input, { principal, accountId }) {
      if (!directory.user(principal.arn)) throw new Error(`allowed to ${principal.arn}, which does not exist`);
      const arn = `arn:aws:sts::${accountId}:federated-user/${input.Name}`;
      const userId = `${accountId}:${input.Name}`;
      const credentials = kernel.issueCredentials(
        {
          kind: 'federated-user',
          accountId,
          arn,
          userId,
          userArn: principal.arn,
          sessionPolicies: [input.Policy === undefined ? NOTHING : parseSessionPolicy(input.Policy)],
          sessionTags: Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
        },
        input.DurationSeconds ?? DEFAULT_SECONDS,
      );
      return {
        Credentials: { ...credentials, Expiration: new Date(credentials.Expiration * 1000) },
        FederatedUser: { FederatedUserId: userId, Arn: arn },
        ...(input.Policy === undefined ? {} : { PackedPolicySize: packedPolicySize(input.Policy) }),
      };
    },
  });
