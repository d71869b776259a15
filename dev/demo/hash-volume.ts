/**
 * A thread that hashes one volume: SHA-256 over its size and every MiB that is not all zero, each after its offset. Two
 * volumes have the same hash only if every byte is the same; holes cost no hashing.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const PART = 1_048_576;

const fd = openSync(workerData as string, 'r');
const { size } = fstatSync(fd);
const zero = Buffer.alloc(PART);
const part = Buffer.alloc(PART);
const hash = createHash('sha256').update(`${size}\n`);
for (let offset = 0; offset < size; offset += PART) {
  const length = readSync(fd, part, 0, PART, offset);
  if (part.compare(zero, 0, length, 0, length) !== 0) hash.update(`${offset}\n`).update(part.subarray(0, length));
}
closeSync(fd);
parentPort?.postMessage(hash.digest('hex'));
