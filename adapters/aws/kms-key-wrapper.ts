import { DecryptCommand, EncryptCommand, type KMSClient, KMSServiceException } from '@aws-sdk/client-kms';
import { LibraryUnavailable, TransientFailure } from '../../core/domain/errors.ts';
import { WrongKey } from '../../library/errors.ts';
import type { KeyWrapper } from '../../library/key-wrapper.ts';
import { isTransient } from './classify.ts';

export interface KmsKeyWrapperOptions {
  /** Its own retries are the only ones: a library is opened with a handful of calls. */
  readonly client: KMSClient;
  /** ARN of a symmetric encryption key. */
  readonly keyId: string;
  /** One call, tries included. */
  readonly timeoutMs?: number;
}

/** KMS does not say which of key, context and ciphertext is wrong. */
const REFUSED = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

const named = (what: string, error: unknown): unknown => {
  if (!(error instanceof KMSServiceException))
    return new TransientFailure(`${what}: ${(error as Error).message}`, { cause: error });
  const text = `${what}: ${error.name}: ${error.message}`;
  if (REFUSED.has(error.name)) return new WrongKey(text, { cause: error });
  // an expired session too: the order's next try claims another one
  return isTransient(error)
    ? new TransientFailure(text, { cause: error })
    : new LibraryUnavailable(text, { cause: error });
};

/** Wraps tenants' keys with a KMS key. Needs kms:Encrypt (setting up, rotating) and kms:Decrypt on it. */
export const createKmsKeyWrapper = ({ client, keyId, timeoutMs = 30_000 }: KmsKeyWrapperOptions): KeyWrapper => {
  const call = async <T>(what: string, send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await send(AbortSignal.timeout(timeoutMs));
    } catch (error) {
      throw named(`${what} with ${keyId}`, error);
    }
  };
  return {
    name: keyId,
    wrap: (plain, context) =>
      call('kms:Encrypt', async (abortSignal) => {
        const input = { KeyId: keyId, Plaintext: plain, EncryptionContext: { ...context } };
        const { CiphertextBlob } = await client.send(new EncryptCommand(input), { abortSignal });
        if (!CiphertextBlob) throw new Error('an answer without ciphertext');
        return CiphertextBlob;
      }),
    unwrap: (wrapped, context) =>
      call('kms:Decrypt', async (abortSignal) => {
        // naming the key keeps a forged object from being opened with another one
        const input = { KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext: { ...context } };
        const { Plaintext } = await client.send(new DecryptCommand(input), { abortSignal });
        if (!Plaintext) throw new Error('an answer without plaintext');
        return Plaintext;
      }),
  };
};
