import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { encryptBlob } from './ciphertext.ts';
import { blob, encryptionContext, type Kms, keyAccess, keyName } from './kms.ts';

const LARGEST_PLAINTEXT_BYTES = 4096;

export const createEncrypt = (kms: Kms): Operation =>
  operation({
    name: 'Encrypt',
    input: z.strictObject({
      KeyId: keyName,
      Plaintext: blob,
      EncryptionContext: encryptionContext.optional(),
      EncryptionAlgorithm: z.literal('SYMMETRIC_DEFAULT').optional(),
      GrantTokens: z.array(z.string()).optional(),
    }),
    redact: ['Plaintext'],
    access: ({ KeyId, EncryptionContext }, call) => [
      keyAccess(kms, 'Encrypt', kms.keys.find(KeyId, call), call, { encryptionContext: EncryptionContext }),
    ],
    run({ KeyId, Plaintext, EncryptionContext = {} }, call) {
      if (Plaintext.length > LARGEST_PLAINTEXT_BYTES)
        throw new AwsError('ValidationException', `Plaintext has more than ${LARGEST_PLAINTEXT_BYTES} bytes.`);
      const { key } = kms.keys.find(KeyId, call);
      const sealed = encryptBlob(key.keyId, kms.keys.material(key), Plaintext, EncryptionContext);
      return {
        CiphertextBlob: sealed.toString('base64'),
        KeyId: key.arn,
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    },
  });
