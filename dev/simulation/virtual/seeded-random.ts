import { hash } from 'node:crypto';

/** A generator of its own for each purpose, so that a draw more for one moves none of another's. */
export interface Random {
  /** From 0 up to, not including, 1. */
  (): number;
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  bytes(count: number): Buffer;
}

/** sfc32, begun with a hash of the text. */
export const createRandom = (seed: string): Random => {
  const begin = Buffer.from(hash('sha256', seed, 'hex'), 'hex');
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => begin.readUInt32LE(at)) as [number, number, number, number];
  const word = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  const float = (): number => (word() * 2 ** 21 + (word() >>> 11)) / 2 ** 53;
  const below = (limit: number): number => Math.floor(float() * limit);
  return Object.assign(float, {
    below,
    chance: (probability: number) => float() < probability,
    pick: <T>(from: readonly T[]): T => {
      if (from.length === 0) throw new Error('nothing to pick from');
      return from[below(from.length)] as T;
    },
    bytes: (count: number) => {
      const bytes = Buffer.allocUnsafe(count);
      let at = 0;
      for (; at + 4 <= count; at += 4) bytes.writeUInt32LE(word(), at);
      for (; at < count; at++) bytes[at] = word() & 255;
      return bytes;
    },
  });
};
