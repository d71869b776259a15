import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { type Secrets, secretAccess, secretId } from './secrets.ts';

export const createGetSecretValue = (secrets: Secrets): Operation =>
  operation({
    name: 'GetSecretValue',
    input: z.strictObject({
      SecretId: secretId,
      VersionId: z.string().optional(),
      VersionStage: z.string().optional(),
    }),
    access: ({ SecretId, VersionId, VersionStage }, call) => [
      secretAccess(secrets, 'GetSecretValue', SecretId, call, {
        'secretsmanager:VersionId': VersionId ?? [],
        'secretsmanager:VersionStage': VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : []),
      }),
    ],
    run({ SecretId, VersionId, VersionStage }, call) {
      const secret = secrets.find(SecretId, call);
      const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
      const version = secret.versions.find(
        (it) =>
          (VersionId === undefined || it.versionId === VersionId) && (stage === undefined || it.stages.includes(stage)),
      );
      if (!version) {
        const what = VersionId === undefined ? `staging label: ${stage}` : `VersionId: ${VersionId}`;
        throw new AwsError(
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret value for ${what}`,
        );
      }
      const bytes = secrets.open(secret, version);
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.versionId,
        VersionStages: version.stages,
        CreatedDate: version.createdAt / 1000,
        ...(version.kind === 'string'
          ? { SecretString: bytes.toString() }
          : { SecretBinary: bytes.toString('base64') }),
      };
    },
  });
