import type { ServiceFactory } from '../kernel/service.ts';
import { createCreateSecret } from './create-secret.ts';
import { createDeleteSecret, createRestoreSecret } from './delete-secret.ts';
import { createDescribeSecret, createListSecrets } from './describe-secret.ts';
import { createGetSecretValue } from './get-secret-value.ts';
import { createPutSecretValue, createUpdateSecret } from './put-secret-value.ts';
import { openSecrets } from './secrets.ts';
import { createTagResource, createUntagResource } from './tag-resource.ts';

/** Secrets with versions and stages. Their values lie sealed in the store, and never in the trail. */
export const createSecretsManager: ServiceFactory = (kernel) => {
  const secrets = openSecrets(kernel);
  return {
    name: 'secretsmanager',
    protocol: 'aws-json',
    target: 'secretsmanager',
    eventSource: 'secretsmanager.amazonaws.com',
    operations: [
      createCreateSecret(secrets),
      createGetSecretValue(secrets),
      createPutSecretValue(secrets),
      createUpdateSecret(secrets),
      createDescribeSecret(secrets),
      createListSecrets(secrets),
      createDeleteSecret(secrets),
      createRestoreSecret(secrets),
      createTagResource(secrets),
      createUntagResource(secrets),
    ],
  };
};
