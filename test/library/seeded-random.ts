import { createHash } from 'node:crypto';
import type { Random } from '../../library/recovery-key.ts';

/** Bytes that look random and are the same for the same seed. */
export const seededRandom = (seed: string): Random => {
  let counter = 0;
  return (bytes) => {
    const parts: Buffer[] = [];
    for (let length = 0; length < bytes; length += 32)
      parts.push(createHash('sha256').update(`${seed} ${counter++}`).digest());
    return Buffer.concat(parts).subarray(0, bytes);
  };
};
