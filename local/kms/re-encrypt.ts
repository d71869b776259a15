import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { decryptBlob, encryptBlob } from './ciphertext.ts';
import { keyOf } from './decrypt.ts';
import { blob, encryptionContext, type Kms, keyAccess, keyName } from './kms.ts';

const algorithm = z.literal('SYMMETRIC_DEFAULT').optional();

export const createReEncrypt = (kms: Kms): Operation =>
  operation({
    name: 'ReEncrypt',
    input: z.strictObject({
      CiphertextBlob: blob,
      SourceKeyId: keyName.optional(),
      SourceEncryptionContext: encryptionContext.optional(),
      SourceEncryptionAlgorithm: algorithm,
      DestinationKeyId: keyName,
      DestinationEncryptionContext: encryptionContext.optional(),
      DestinationEncryptionAlgorithm: algorithm,
      GrantTokens: z.array(z.string()).optional(),
    }),
    access(input, call) {
      const from = keyOf(kms, input.CiphertextBlob, input.SourceKeyId, call);
      const to = kms.keys.find(input.DestinationKeyId, call);
      const context = { 'kms:ReEncryptOnSameKey': String(from.key.arn === to.key.arn) };
      return [
        keyAccess(kms, 'ReEncryptFrom', from, call, { encryptionContext: input.SourceEncryptionContext, context }),
        keyAccess(kms, 'ReEncryptTo', to, call, { encryptionContext: input.DestinationEncryptionContext, context }),
      ];
    },
    run(input, call) {
      const from = keyOf(kms, input.CiphertextBlob, input.SourceKeyId, call).key;
      const to = kms.keys.find(input.DestinationKeyId, call).key;
      const plain = decryptBlob(input.CiphertextBlob, kms.keys.material(from), input.SourceEncryptionContext ?? {});
      const sealed = encryptBlob(to.keyId, kms.keys.material(to), plain, input.DestinationEncryptionContext ?? {});
      return {
        CiphertextBlob: sealed.toString('base64'),
        SourceKeyId: from.arn,
        KeyId: to.arn,
        SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    },
  });
