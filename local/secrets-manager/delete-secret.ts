import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { type Secrets, secretAccess, secretId } from './secrets.ts';

const DAY_MS = 86_400_000;

export const createDeleteSecret = (secrets: Secrets): Operation =>
  operation({
    name: 'DeleteSecret',
    input: z.strictObject({
      SecretId: secretId,
      RecoveryWindowInDays: z.int().min(7).max(30).optional(),
      ForceDeleteWithoutRecovery: z.boolean().optional(),
    }),
    access: ({ SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery }, call) => [
      secretAccess(secrets, 'DeleteSecret', SecretId, call, {
        'secretsmanager:ForceDeleteWithoutRecovery': String(ForceDeleteWithoutRecovery ?? false),
        'secretsmanager:RecoveryWindowInDays': RecoveryWindowInDays === undefined ? [] : String(RecoveryWindowInDays),
      }),
    ],
    run({ SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery = false }, call) {
      if (ForceDeleteWithoutRecovery && RecoveryWindowInDays !== undefined)
        throw new AwsError(
          'InvalidParameterException',
          "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        );
      const now = secrets.kernel.clock.now();
      if (ForceDeleteWithoutRecovery) {
        const secret = secrets.look(SecretId, call);
        if (!secret)
          throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
        secrets.delete(secret);
        return { ARN: secret.arn, Name: secret.name, DeletionDate: now / 1000 };
      }
      const secret = secrets.find(SecretId, call);
      const goesAt = now + (RecoveryWindowInDays ?? 30) * DAY_MS;
      secrets.put({ ...secret, deletion: { markedAt: now, goesAt } });
      return { ARN: secret.arn, Name: secret.name, DeletionDate: goesAt / 1000 };
    },
  });

export const createRestoreSecret = (secrets: Secrets): Operation =>
  operation({
    name: 'RestoreSecret',
    input: z.strictObject({ SecretId: secretId }),
    access: ({ SecretId }, call) => [secretAccess(secrets, 'RestoreSecret', SecretId, call)],
    run({ SecretId }, call) {
      const found = secrets.look(SecretId, call);
      if (!found) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      const { deletion: _, ...secret } = found;
      secrets.put(secret);
      return { ARN: secret.arn, Name: secret.name };
    },
  });
