import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { WrongKey } from '../../library/errors.ts';
import type { KeyWrapper } from '../../library/key-wrapper.ts';

/** A key service in little: wraps under `secret`, and only for the same context. */
export const createLocalKeyWrapper = (secret: string): KeyWrapper => {
  const key = createHash('sha256').update(secret).digest();
  const aad = (context: Readonly<Record<string, string>>): Buffer =>
    Buffer.from(JSON.stringify(Object.entries(context).sort()));
  return {
    name: `local:${secret}`,
    wrap: async (plain, context) => {
      const nonce = createHash('sha256').update(key).update(plain).digest().subarray(0, 12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(context));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    unwrap: async (wrapped, context) => {
      const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(aad(context)).setAuthTag(wrapped.subarray(-16));
      try {
        return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
      } catch (cause) {
        throw new WrongKey('the local key service refuses', { cause });
      }
    },
  };
};
