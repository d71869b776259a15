import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { type Secrets, secretAccess, secretId } from './secrets.ts';
import { hasVersion, newVersionId, SECRET_PARAMETERS, valueFrom, valueParameters, withVersion } from './versions.ts';

export const createPutSecretValue = (secrets: Secrets): Operation =>
  operation({
    name: 'PutSecretValue',
    input: z.strictObject({
      SecretId: secretId,
      VersionStages: z.array(z.string().min(1).max(256)).min(1).max(20).optional(),
      ...valueParameters,
    }),
    redact: SECRET_PARAMETERS,
    access: ({ SecretId }, call) => [secretAccess(secrets, 'PutSecretValue', SecretId, call)],
    run(input, call) {
      const secret = secrets.find(input.SecretId, call);
      const value = valueFrom(input);
      if (!value)
        throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
      const versionId = input.ClientRequestToken ?? newVersionId(secrets);
      if (!hasVersion(secrets, secret, versionId, value))
        secrets.put(withVersion(secrets, secret, versionId, value, input.VersionStages));
      const stages = secrets.find(secret.arn, call).versions.find((it) => it.versionId === versionId)?.stages;
      return { ARN: secret.arn, Name: secret.name, VersionId: versionId, VersionStages: stages };
    },
  });

/** Changes what is given: description, key, value. */
export const createUpdateSecret = (secrets: Secrets): Operation =>
  operation({
    name: 'UpdateSecret',
    input: z.strictObject({
      SecretId: secretId,
      Description: z.string().max(2048).optional(),
      KmsKeyId: z.string().max(2048).optional(),
      ...valueParameters,
    }),
    redact: SECRET_PARAMETERS,
    access: ({ SecretId, Description, KmsKeyId }, call) => [
      secretAccess(secrets, 'UpdateSecret', SecretId, call, {
        'secretsmanager:Description': Description ?? [],
        'secretsmanager:KmsKeyId': KmsKeyId ?? [],
      }),
    ],
    run(input, call) {
      const found = secrets.find(input.SecretId, call);
      const value = valueFrom(input);
      const versionId = input.ClientRequestToken ?? newVersionId(secrets);
      const secret = {
        ...found,
        changedAt: secrets.kernel.clock.now(),
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.KmsKeyId === undefined ? {} : { kmsKeyId: input.KmsKeyId }),
      };
      const adds = value && !hasVersion(secrets, found, versionId, value);
      secrets.put(adds ? withVersion(secrets, secret, versionId, value) : secret);
      return { ARN: secret.arn, Name: secret.name, ...(value ? { VersionId: versionId } : {}) };
    },
  });
