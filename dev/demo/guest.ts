import { once } from 'node:events';
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LocalHoldfast } from '../local-holdfast.ts';
import { seededBytes } from './make-image.ts';

const BLOCK = 524_288;

/** What an instance's operating system does to its disks: through the local cloud's loopback control path. */
export const writeBytes = async (
  { cloud }: LocalHoldfast,
  volumeId: string,
  offset: number,
  body: Buffer,
): Promise<void> => {
  const answer = await fetch(`${cloud.endpoint}/_local/volumes/${volumeId}/data?offset=${offset}`, {
    method: 'PUT',
    headers: { 'x-local-control': cloud.controlToken },
    body: body as Uint8Array<ArrayBuffer>,
  });
  if (!answer.ok) throw new Error(`writing to ${volumeId}: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
};

const PART = 1_048_576;
const RUN = 32 * PART;

/** Writes an image to a fresh volume as a file system would have: what is zero in it is not written. */
export const writeImage = async (local: LocalHoldfast, volumeId: string, path: string): Promise<void> => {
  const file = await open(path, 'r');
  const run = Buffer.alloc(RUN);
  const zero = Buffer.alloc(PART);
  try {
    for (let offset = 0; ; offset += RUN) {
      const { bytesRead: length } = await file.read(run, 0, RUN, offset);
      if (length === 0) return;
      // Pieces of the run between zeros, each one write.
      let from = -1;
      for (let at = 0; at <= length; at += PART) {
        const end = Math.min(at + PART, length);
        const data = at < length && run.compare(zero, 0, end - at, at, end) !== 0;
        if (data && from < 0) from = at;
        if (!data && from >= 0) {
          await writeBytes(local, volumeId, offset + from, run.subarray(from, Math.min(at, length)));
          from = -1;
        }
      }
      if (from >= 0) await writeBytes(local, volumeId, offset + from, run.subarray(from, length));
    }
  } finally {
    await file.close();
  }
};

/** Rewrites pieces of about `share` of a volume's blocks, scattered in short runs; answers how many it touched. */
export const workForADay = async (
  local: LocalHoldfast,
  volumeId: string,
  sizeBytes: number,
  share: number,
  seed: number,
): Promise<number> => {
  const random = seededBytes(seed);
  const blocks = Math.floor(sizeBytes / BLOCK);
  const touched = new Set<number>();
  while (touched.size < Math.round(blocks * share)) {
    const draw = random(8);
    const first = draw.readUInt32LE(0) % blocks;
    for (let run = 0; run <= draw.readUInt8(4) % 4 && first + run < blocks; run++) {
      if (touched.has(first + run)) continue;
      touched.add(first + run);
      // A part of the block, as databases and logs write.
      const length = 4_096 * (1 + (draw.readUInt8(5 + (run % 3)) % 64));
      await writeBytes(local, volumeId, (first + run) * BLOCK + 4_096 * (draw.readUInt8(7) % 64), random(length));
    }
  }
  return touched.size;
};

/** A volume is a raw file of the local cloud: this reads it with nothing of Holdfast's in between. */
export const rawVolume = ({ dataDir }: LocalHoldfast, volumeId: string): string =>
  join(dataDir, 'ebs', 'volumes', `${volumeId}.raw`);

/** SHA-256 of a whole volume (see hash-volume.ts), in a thread of its own: several at once use all cores. */
export const hashVolume = async (path: string): Promise<string> => {
  const worker = new Worker(new URL('./hash-volume.ts', import.meta.url), { workerData: path });
  const ended = once(worker, 'exit').then(() => Promise.reject(new Error(`nothing hashed ${path}`)));
  const [hash] = (await Promise.race([once(worker, 'message'), ended])) as [string];
  return hash;
};

export const sizeOf = (path: string): number => statSync(path).size;
