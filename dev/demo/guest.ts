import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalHoldfast } from '../local-holdfast.ts';
import { seededBytes } from './make-image.ts';

const BLOCK = 524_288;

/** What an instance's operating system does to its disks: through the local cloud's loopback control path. */
export const writeBytes = async (
  { cloud }: LocalHoldfast,
  volumeId: string,
  offset: number,
  body: Buffer | NodeJS.ReadableStream,
): Promise<void> => {
  const answer = await fetch(`${cloud.endpoint}/_local/volumes/${volumeId}/data?offset=${offset}`, {
    method: 'PUT',
    headers: { 'x-local-control': cloud.controlToken },
    body: body as never,
    duplex: 'half',
  } as RequestInit);
  if (!answer.ok) throw new Error(`writing to ${volumeId}: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
};

export const writeImage = (local: LocalHoldfast, volumeId: string, path: string): Promise<void> =>
  writeBytes(local, volumeId, 0, createReadStream(path, { highWaterMark: 1_048_576 }));

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

/** SHA-256 of all of a volume, holes as zeros. */
export const hashVolume = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    createReadStream(path, { highWaterMark: 4 * 1_048_576 })
      .on('data', (part) => hash.update(part))
      .on('end', () => resolve(hash.digest('hex')))
      .on('error', reject);
  });

export const sizeOf = (path: string): number => statSync(path).size;
