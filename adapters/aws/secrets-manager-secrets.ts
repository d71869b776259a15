import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Conflict } from '../../core/domain/errors.ts';
import type { Secrets } from '../../core/ports/control.ts';
import { callOwn, required } from './classify.ts';

export const createSecretsManagerSecrets = ({ client }: { client: SecretsManagerClient }): Secrets => ({
  /** Errors: Conflict if there is a secret of that name. */
  async create(name, value) {
    try {
      const { ARN } = await callOwn('secretsmanager:CreateSecret', () =>
        client.send(new CreateSecretCommand({ Name: name, SecretString: value })),
      );
      return required(ARN, 'ARN', 'secretsmanager:CreateSecret');
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
      throw new Conflict(`there is a secret named ${name}`, { cause: error });
    }
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

/** The value of a secret, as `create` was given it. Not part of the port: only sessions are made from secrets. */
export const readSecret = async (client: SecretsManagerClient, arn: string): Promise<string> => {
  const { SecretString } = await callOwn('secretsmanager:GetSecretValue', () =>
    client.send(new GetSecretValueCommand({ SecretId: arn })),
  );
  return required(SecretString, 'SecretString', 'secretsmanager:GetSecretValue');
};
