/**
 * A thread that hashes one volume: SHA-256 over its size and every MiB that is not all zero, each after its offset. Two
 * volumes have the same hash only if every byte is the same; holes cost neither reading nor hashing.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { dataRanges } from './data-ranges.ts';

const PART = 1_048_576;

const path = workerData as string;
const fd = openSync(path, 'r');
const { size } = fstatSync(fd);
const zero = Buffer.alloc(PART);
const part = Buffer.alloc(PART);
const hash = createHash('sha256').update(`${size}\n`);
let next = 0;
for (const [from, to] of dataRanges(path, size)) {
  // whole parts, each once: two ranges may lie in the same one
  const first = Math.max(next, from - (from % PART));
  for (let offset = first; offset < to; offset += PART) {
    const length = readSync(fd, part, 0, PART, offset);
    if (part.compare(zero, 0, length, 0, length) !== 0) hash.update(`${offset}\n`).update(part.subarray(0, length));
    next = offset + PART;
  }
}
closeSync(fd);
parentPort?.postMessage(hash.digest('hex'));
