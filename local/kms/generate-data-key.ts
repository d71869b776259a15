import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { encryptBlob } from './ciphertext.ts';
import { encryptionContext, type Kms, keyAccess, keyName } from './kms.ts';

const Input = z
  .strictObject({
    KeyId: keyName,
    KeySpec: z.enum(['AES_128', 'AES_256']).optional(),
    NumberOfBytes: z.int().min(1).max(1024).optional(),
    EncryptionContext: encryptionContext.optional(),
    GrantTokens: z.array(z.string()).optional(),
  })
  .refine(
    (it) => (it.KeySpec === undefined) !== (it.NumberOfBytes === undefined),
    'Please specify either number of bytes or key spec.',
  );

/** Both of them make a data key; only the first shows it in plain. */
export const createGenerateDataKeys = (kms: Kms): Operation[] =>
  (['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'] as const).map((name) =>
    operation({
      name,
      input: Input,
      access: ({ KeyId, EncryptionContext }, call) => [
        keyAccess(kms, name, kms.keys.find(KeyId, call), call, { encryptionContext: EncryptionContext }),
      ],
      run({ KeyId, KeySpec, NumberOfBytes, EncryptionContext = {} }, call) {
        const { key } = kms.keys.find(KeyId, call);
        const plain = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
        const sealed = encryptBlob(key.keyId, kms.keys.material(key), plain, EncryptionContext);
        return {
          CiphertextBlob: sealed.toString('base64'),
          KeyId: key.arn,
          ...(name === 'GenerateDataKey' ? { Plaintext: plain.toString('base64') } : {}),
        };
      },
    }),
  );
