import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { keyState } from './keys.ts';
import { type Kms, keyAccess, keyName } from './kms.ts';
import type { KeyRecord } from './records.ts';

/** A key as KMS shows it; times in seconds since 1970. */
export const describe = (key: KeyRecord) => ({
  AWSAccountId: key.accountId,
  KeyId: key.keyId,
  Arn: key.arn,
  CreationDate: key.createdAt / 1000,
  Enabled: keyState(key) === 'Enabled',
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: keyState(key),
  ...(key.deletionAt === undefined ? {} : { DeletionDate: key.deletionAt / 1000 }),
  Origin: 'AWS_KMS',
  KeyManager: key.manager,
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
});

export const createDescribeKey = (kms: Kms): Operation =>
  operation({
    name: 'DescribeKey',
    input: z.strictObject({ KeyId: keyName, GrantTokens: z.array(z.string()).optional() }),
    access: ({ KeyId }, call) => [keyAccess(kms, 'DescribeKey', kms.keys.find(KeyId, call), call)],
    run: ({ KeyId }, call) => ({ KeyMetadata: describe(kms.keys.find(KeyId, call).key) }),
  });
