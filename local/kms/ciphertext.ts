import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { EncryptionContext } from './records.ts';

const VERSION = 1;
const HEADER_BYTES = 17;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A ciphertext blob: version, key id (16 bytes), IV, ciphertext, tag; the encryption context is authenticated. */
export const encryptBlob = (keyId: string, material: Buffer, plain: Uint8Array, context: EncryptionContext): Buffer => {
  const header = Buffer.concat([Buffer.of(VERSION), Buffer.from(keyId.replaceAll('-', ''), 'hex')]);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', material, iv).setAAD(bind(header, context));
  return Buffer.concat([header, iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

/** Under which key a blob was made. Throws InvalidCiphertextException. */
export const keyIdOf = (blob: Buffer): string => {
  if (blob.length < HEADER_BYTES + IV_BYTES + TAG_BYTES || blob[0] !== VERSION) throw invalidCiphertext();
  const hex = blob.toString('hex', 1, HEADER_BYTES);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/** The plain bytes. Throws InvalidCiphertextException, as AWS does also for a wrong context. */
export const decryptBlob = (blob: Buffer, material: Buffer, context: EncryptionContext): Buffer => {
  const header = blob.subarray(0, HEADER_BYTES);
  const iv = blob.subarray(HEADER_BYTES, HEADER_BYTES + IV_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', material, iv, { authTagLength: TAG_BYTES })
      .setAAD(bind(header, context))
      .setAuthTag(blob.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(blob.subarray(HEADER_BYTES + IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
};

export const invalidCiphertext = (): AwsError =>
  new AwsError(
    'InvalidCiphertextException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  );

/** The order in which a context's pairs are given does not matter. */
const bind = (header: Buffer, context: EncryptionContext): Buffer => {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([header, Buffer.from(JSON.stringify(pairs))]);
};
