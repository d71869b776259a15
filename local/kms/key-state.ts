import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { keyState } from './keys.ts';
import { type Kms, keyAccess, keyName } from './kms.ts';
import type { KeyRecord } from './records.ts';

const DAY_MS = 86_400_000;

const keyOnly = z.strictObject({ KeyId: keyName });

/** EnableKey and DisableKey. */
export const createSwitches = (kms: Kms): Operation[] =>
  (
    [
      ['EnableKey', true],
      ['DisableKey', false],
    ] as const
  ).map(([name, enabled]) =>
    operation({
      name,
      input: keyOnly,
      access: ({ KeyId }, call) => [keyAccess(kms, name, kms.keys.find(KeyId, call), call)],
      run({ KeyId }, call) {
        const { key } = kms.keys.find(KeyId, call);
        refuseManaged(key);
        if (keyState(key) === 'PendingDeletion')
          throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
        kms.keys.put({ ...key, enabled });
        return {};
      },
    }),
  );

export const createScheduleKeyDeletion = (kms: Kms): Operation =>
  operation({
    name: 'ScheduleKeyDeletion',
    input: z.strictObject({ KeyId: keyName, PendingWindowInDays: z.int().min(7).max(30).optional() }),
    access: ({ KeyId, PendingWindowInDays = 30 }, call) => [
      keyAccess(kms, 'ScheduleKeyDeletion', kms.keys.find(KeyId, call), call, {
        context: { 'kms:ScheduleKeyDeletionPendingWindowInDays': String(PendingWindowInDays) },
      }),
    ],
    run({ KeyId, PendingWindowInDays = 30 }, call) {
      const { key } = kms.keys.find(KeyId, call);
      refuseManaged(key);
      if (keyState(key) === 'PendingDeletion')
        throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
      const deletionAt = kms.kernel.clock.now() + PendingWindowInDays * DAY_MS;
      kms.keys.put({ ...key, enabled: false, deletionAt });
      return { KeyId: key.arn, DeletionDate: deletionAt / 1000, KeyState: 'PendingDeletion', PendingWindowInDays };
    },
  });

export const createCancelKeyDeletion = (kms: Kms): Operation =>
  operation({
    name: 'CancelKeyDeletion',
    input: keyOnly,
    access: ({ KeyId }, call) => [keyAccess(kms, 'CancelKeyDeletion', kms.keys.find(KeyId, call), call)],
    run({ KeyId }, call) {
      const { deletionAt, ...key } = kms.keys.find(KeyId, call).key;
      if (deletionAt === undefined)
        throw new AwsError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
      // The key comes back disabled.
      kms.keys.put({ ...key, enabled: false });
      return { KeyId: key.arn };
    },
  });

const refuseManaged = (key: KeyRecord): void => {
  if (key.manager === 'AWS')
    throw new AwsError('AccessDeniedException', `${key.arn} is managed by AWS and cannot be changed.`);
};
