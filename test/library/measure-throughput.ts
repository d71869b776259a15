/**
 * What one thread does, in MiB of blocks per second of CPU: `node test/library/measure-throughput.ts [image] [MiB]`.
 * The parts are measured in the same rounds as the whole, since other load on the machine moves all of them alike.
 */
import { createCipheriv, hash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { constants, zstdCompressSync } from 'node:zlib';
import { isZeroBlock } from '../../library/block.ts';
import { openSegmentWriter } from '../../library/segment-writer.ts';
import { assembleMap } from '../../library/volume-map.ts';
import { openVolumeReader } from '../../library/volume-reader.ts';
import { openTestLibrary, shaOf } from './backup.ts';
import { MemoryStore } from './memory-store.ts';

const [image = process.execPath, size = '96'] = process.argv.slice(2);
const BLOCK = 524_288;
const ROUND = 16;

const load = (): Buffer[] => {
  const file = openSync(image, 'r');
  const blocks: Buffer[] = [];
  for (let at = 0; blocks.length < Number(size) * 2; at += BLOCK) {
    const plain = Buffer.alloc(BLOCK);
    if (readSync(file, plain, 0, BLOCK, at) < BLOCK) break;
    if (!isZeroBlock(plain)) blocks.push(plain);
  }
  closeSync(file);
  return blocks;
};

const blocks = load();
const seconds = new Map<string, number>();
const cpu = async (name: string, work: () => void | Promise<void>): Promise<void> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  seconds.set(name, (seconds.get(name) ?? 0) + (user + system) / 1e6);
};

const zstd = (level: number) => (plain: Buffer) =>
  zstdCompressSync(plain, { chunkSize: 640 * 1024, params: { [constants.ZSTD_c_compressionLevel]: level } });
const key = randomBytes(32);
const seal = (plain: Buffer): void => {
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12));
  cipher.update(plain);
  cipher.final();
  cipher.getAuthTag();
};

const library = await openTestLibrary(new MemoryStore(), randomBytes);
const segment = { volumeBlocks: 4096, pages: [0], unlisted: 'zero' } as const;
const writers = {
  default: openSegmentWriter(library, segment),
  fast: openSegmentWriter(library, { ...segment, level: 'fast' }),
};
for (let at = 0; at < blocks.length; at += ROUND) {
  const round = blocks.slice(at, at + ROUND);
  const each = (work: (plain: Buffer) => unknown) => () => {
    for (const plain of round) work(plain);
  };
  await cpu(
    'SHA-256',
    each((plain) => hash('sha256', plain, 'buffer')),
  );
  await cpu('zstd 1', each(zstd(1)));
  await cpu('zstd 3', each(zstd(3)));
  await cpu('AES-GCM of all', each(seal));
  for (const [level, writer] of Object.entries(writers)) {
    await cpu(`hash and write, ${level}`, async () => {
      for (const [n, plain] of round.entries()) await writer.write(at + n, plain, shaOf(plain));
    });
  }
}
const { pages, counters } = await writers.default.finish();
await writers.fast.finish();
const known = await openTestLibrary(library.store, randomBytes);
const again = openSegmentWriter(known, segment);
await cpu('hash and write, all known', async () => {
  for (const [at, plain] of blocks.entries()) await again.write(at, plain, shaOf(plain));
});
const sizeBytes = segment.volumeBlocks * BLOCK;
const lineage = { snapshotId: 'snap-1' };
const { map } = await assembleMap(known, { recoveryPointId: 'rp-1', volumeId: 'vol-1', sizeBytes, pages, lineage });
await cpu('read and verify', async () => {
  for await (const _ of openVolumeReader(known, map).blocks([0]));
});

console.log(
  `${blocks.length / 2} MiB of blocks with data; zstd 3 keeps ${((counters.encodedBytes / counters.plainBytes) * 100).toFixed(1)} %`,
);
for (const [name, spent] of seconds) console.log(name.padEnd(26), `${(blocks.length / 2 / spent).toFixed(0)} MiB/s`);
