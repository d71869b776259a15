import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; of a multipart object with `-<parts>` behind it. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export const CHECKSUM_HEADERS = {
  'x-amz-checksum-crc32': 'ChecksumCRC32',
  'x-amz-checksum-crc32c': 'ChecksumCRC32C',
  'x-amz-checksum-sha1': 'ChecksumSHA1',
  'x-amz-checksum-sha256': 'ChecksumSHA256',
} as const;

/** Members of an input that may carry a checksum of its body. */
export const checksumMembers = {
  ChecksumCRC32: z.string().optional(),
  ChecksumCRC32C: z.string().optional(),
  ChecksumSHA1: z.string().optional(),
  ChecksumSHA256: z.string().optional(),
  ContentMD5: z.string().optional(),
};

export interface ChecksumInput {
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
  readonly ContentMD5?: string | undefined;
}

const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

const crc32c = (body: Buffer): number => {
  let value = 0xffffffff;
  for (const byte of body) value = (CRC32C_TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const digest: Readonly<Record<ChecksumAlgorithm, (body: Buffer) => Buffer>> = {
  CRC32: (body) => uint32(crc32(body)),
  CRC32C: (body) => uint32(crc32c(body)),
  SHA1: (body) => createHash('sha1').update(body).digest(),
  SHA256: (body) => createHash('sha256').update(body).digest(),
};

export const checksumOf = (algorithm: ChecksumAlgorithm, body: Buffer): string =>
  digest[algorithm](body).toString('base64');

/** The checksum of a multipart object's checksums. */
export const compositeChecksum = (algorithm: ChecksumAlgorithm, parts: readonly string[]): Checksum => ({
  algorithm,
  value: `${checksumOf(algorithm, Buffer.concat(parts.map((part) => Buffer.from(part, 'base64'))))}-${parts.length}`,
  type: 'COMPOSITE',
});

export const isChecksumAlgorithm = (name: string): name is ChecksumAlgorithm => name in digest;

/** The checksum that the input claims, without looking at the body. */
export const claimedChecksum = (input: ChecksumInput): { algorithm: ChecksumAlgorithm; value: string } | undefined => {
  if (input.ChecksumCRC32) return { algorithm: 'CRC32', value: input.ChecksumCRC32 };
  if (input.ChecksumCRC32C) return { algorithm: 'CRC32C', value: input.ChecksumCRC32C };
  if (input.ChecksumSHA1) return { algorithm: 'SHA1', value: input.ChecksumSHA1 };
  if (input.ChecksumSHA256) return { algorithm: 'SHA256', value: input.ChecksumSHA256 };
  return undefined;
};

/** The body's MD5, for its ETag, and the checksum that was sent, both found to be true. */
export const verifyBody = (input: ChecksumInput, body: Buffer): { md5: Buffer; checksum: Checksum | undefined } => {
  const md5 = createHash('md5').update(body).digest();
  if (input.ContentMD5 !== undefined) {
    if (Buffer.from(input.ContentMD5, 'base64').length !== 16)
      throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400);
    if (md5.toString('base64') !== input.ContentMD5)
      throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, {
        ExpectedDigest: input.ContentMD5,
        CalculatedDigest: md5.toString('base64'),
      });
  }
  const claimed = claimedChecksum(input);
  if (!claimed) return { md5, checksum: undefined };
  if (checksumOf(claimed.algorithm, body) !== claimed.value)
    throw new AwsError(
      'BadDigest',
      `The ${claimed.algorithm} you specified did not match the calculated checksum.`,
      400,
    );
  return { md5, checksum: { ...claimed, type: 'FULL_OBJECT' } };
};

/** The members with which results carry a checksum. */
export interface ChecksumOutput {
  readonly ChecksumCRC32?: string;
  readonly ChecksumCRC32C?: string;
  readonly ChecksumSHA1?: string;
  readonly ChecksumSHA256?: string;
  readonly ChecksumType?: string | undefined;
}

export const checksumOutput = (checksum: Checksum | undefined): ChecksumOutput =>
  checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type } : {};

export const checksumHeaders = (output: ChecksumOutput): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [header, member] of Object.entries(CHECKSUM_HEADERS)) {
    const value = output[member];
    if (value !== undefined) headers[header] = value;
  }
  if (output.ChecksumType !== undefined) headers['x-amz-checksum-type'] = output.ChecksumType;
  return headers;
};
