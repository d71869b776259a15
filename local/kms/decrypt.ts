import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Call, type Operation, operation } from '../kernel/service.ts';
import { decryptBlob, invalidCiphertext, keyIdOf } from './ciphertext.ts';
import type { Named } from './keys.ts';
import { blob, encryptionContext, type Kms, keyAccess, keyName } from './kms.ts';

/** The key of a ciphertext. Throws IncorrectKeyException if the caller names another one. */
export const keyOf = (kms: Kms, ciphertext: Buffer, named: string | undefined, call: Call): Named => {
  const keyId = keyIdOf(ciphertext);
  if (named !== undefined) {
    const wanted = kms.keys.find(named, call);
    if (wanted.key.keyId === keyId) return wanted;
    throw new AwsError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  }
  const key = kms.keys.byId(call.region, keyId);
  if (!key) throw invalidCiphertext();
  return { key };
};

export const createDecrypt = (kms: Kms): Operation =>
  operation({
    name: 'Decrypt',
    input: z.strictObject({
      CiphertextBlob: blob,
      KeyId: keyName.optional(),
      EncryptionContext: encryptionContext.optional(),
      EncryptionAlgorithm: z.literal('SYMMETRIC_DEFAULT').optional(),
      GrantTokens: z.array(z.string()).optional(),
    }),
    access: ({ CiphertextBlob, KeyId, EncryptionContext }, call) => [
      keyAccess(kms, 'Decrypt', keyOf(kms, CiphertextBlob, KeyId, call), call, {
        encryptionContext: EncryptionContext,
      }),
    ],
    run({ CiphertextBlob, KeyId, EncryptionContext = {} }, call) {
      const { key } = keyOf(kms, CiphertextBlob, KeyId, call);
      const plain = decryptBlob(CiphertextBlob, kms.keys.material(key), EncryptionContext);
      return { KeyId: key.arn, Plaintext: plain.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
  });
