import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import type { SecretRecord } from './records.ts';
import { type Secrets, secretAccess, tagContext, tagList, tagRecord } from './secrets.ts';
import { hasVersion, newVersionId, SECRET_PARAMETERS, valueFrom, valueParameters, withVersion } from './versions.ts';

const Input = z.strictObject({
  Name: z
    .string()
    .regex(
      /^[\w/+=.@-]{1,512}$/,
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    ),
  Description: z.string().max(2048).optional(),
  KmsKeyId: z.string().max(2048).optional(),
  Tags: tagList.optional(),
  ...valueParameters,
});

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const createCreateSecret = (secrets: Secrets): Operation =>
  operation({
    name: 'CreateSecret',
    input: Input,
    redact: SECRET_PARAMETERS,
    access: (input, call) => [
      secretAccess(secrets, 'CreateSecret', input.Name, call, {
        'secretsmanager:Name': input.Name,
        'secretsmanager:Description': input.Description ?? [],
        'secretsmanager:KmsKeyId': input.KmsKeyId ?? [],
        ...tagContext(input.Tags ?? []),
      }),
      ...(input.Tags?.length ? [secretAccess(secrets, 'TagResource', input.Name, call, tagContext(input.Tags))] : []),
    ],
    run(input, call) {
      const value = valueFrom(input);
      const versionId = input.ClientRequestToken ?? newVersionId(secrets);
      const existing = secrets.look(input.Name, call);
      if (existing?.deletion)
        throw new AwsError(
          'InvalidRequestException',
          "You can't create this secret because a secret with this name is already scheduled for deletion.",
        );
      if (existing) {
        if (value && input.ClientRequestToken && hasVersion(secrets, existing, versionId, value))
          return { ARN: existing.arn, Name: existing.name, VersionId: versionId };
        throw new AwsError(
          'ResourceExistsException',
          `The operation failed because the secret ${input.Name} already exists.`,
        );
      }
      const bytes = Buffer.from(secrets.kernel.randomHex(6), 'hex');
      const suffix = Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join('');
      const now = secrets.kernel.clock.now();
      const bare: SecretRecord = {
        arn: `arn:aws:secretsmanager:${call.region}:${call.accountId}:secret:${input.Name}-${suffix}`,
        name: input.Name,
        accountId: call.accountId,
        region: call.region,
        tags: tagRecord(input.Tags ?? []),
        createdAt: now,
        changedAt: now,
        versions: [],
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.KmsKeyId === undefined ? {} : { kmsKeyId: input.KmsKeyId }),
      };
      secrets.put(value ? withVersion(secrets, bare, versionId, value) : bare);
      return { ARN: bare.arn, Name: bare.name, ...(value ? { VersionId: versionId } : {}) };
    },
  });
