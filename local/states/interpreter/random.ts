import { createHash, createHmac } from 'node:crypto';

/** Numbers in [0, 1) that a seed determines: the same after a restart. */
export const fraction = (seed: string, where: string): number => {
  const digest = createHmac('sha256', seed).update(where).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
};

export const hexOf = (seed: string, where: string): string => createHmac('sha256', seed).update(where).digest('hex');

/** A version 4 UUID that a seed determines. */
export const uuidOf = (seed: string, where: string): string => {
  const hex = hexOf(seed, where);
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** Task tokens look like base64 in AWS; the length is of the same order. */
export const tokenOf = (seed: string, where: string): string =>
  Buffer.concat(
    ['a', 'b', 'c', 'd'].map((part) => createHash('sha512').update(`${part}|${seed}|${where}`).digest()),
  ).toString('base64');
