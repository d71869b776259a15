import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type AccessKey, accessKeyOfSecret } from '../../core/domain/access-key.ts';
import type { AccessKeyAuth } from '../../core/domain/hypervisor.ts';
import type { Secrets } from '../../core/ports/control.ts';
import { callOwn, required } from './classify.ts';

export const createSecretsManagerSecrets = ({ client }: { client: SecretsManagerClient }): Secrets => ({
  async create(name, value) {
    try {
      const { ARN } = await callOwn('secretsmanager:CreateSecret', () =>
        client.send(new CreateSecretCommand({ Name: name, SecretString: value })),
      );
      return required(ARN, 'ARN', 'secretsmanager:CreateSecret');
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
      const { ARN } = await callOwn('secretsmanager:PutSecretValue', () =>
        client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value })),
      );
      return required(ARN, 'ARN', 'secretsmanager:PutSecretValue');
    }
  },
  async replace(arn, value) {
    // The version before stays with it, as AWSPREVIOUS.
    await callOwn('secretsmanager:PutSecretValue', () =>
      client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: value })),
    );
  },
  async delete(arn) {
    try {
      // At once: what is deleted here is a tenant's key that is no longer wanted, not something to get back.
      await callOwn('secretsmanager:DeleteSecret', () =>
        client.send(new DeleteSecretCommand({ SecretId: arn, ForceDeleteWithoutRecovery: true })),
      );
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  },
});

/** Not part of the port: only sessions are made from secrets. */
export const readAccessKey = async (
  client: SecretsManagerClient,
  { accessKeyId, secretArn }: AccessKeyAuth,
): Promise<AccessKey> => {
  const { SecretString } = await callOwn('secretsmanager:GetSecretValue', () =>
    client.send(new GetSecretValueCommand({ SecretId: secretArn })),
  );
  return accessKeyOfSecret(required(SecretString, 'SecretString', 'secretsmanager:GetSecretValue'), accessKeyId);
};
