import { createHash } from 'node:crypto';

/** What is in the golden library (test/library/golden), which every later version must be able to read. */
export const GOLDEN = {
  folder: new URL('./golden/', import.meta.url),
  tenant: 'hv-golden-tenant',
  library: 'lib-golden',
  volumeId: 'vol-0golden',
  sizeBytes: 7 * 2 ** 30,
  points: ['rp-golden-full', 'rp-golden-incremental'],
  recoveryKey: 'hfrec1-8YZBTSZ-5BMFEJ0-TQMQ725-CKG669G-6Q7FQJE-VXH2MG7-FPCHVRT-5QNJYX9',
} as const;

const BLOCK_BYTES = 524_288;

/** Compressible: a line, over and over. */
const text = (name: string): Buffer => Buffer.alloc(BLOCK_BYTES, `golden block ${name}\n`);

/** Not compressible: SHA-256 of a counter. */
const noise = (name: string): Buffer =>
  Buffer.concat(
    Array.from({ length: BLOCK_BYTES / 32 }, (_, at) => createHash('sha256').update(`${name} ${at}`).digest()),
  );

/** The blocks with data at the first point. Page 1 is all zero, page 3 is the half page at the volume's end. */
const first = (): Map<number, Buffer> => {
  const blocks = new Map<number, Buffer>();
  for (const index of [0, 1, 2, 3, 7, 100, 101, 102, 2047, 2048, 4095]) blocks.set(index, text(`a${index}`));
  blocks.set(50, noise('a50'));
  blocks.set(103, text('a100')); // the same content twice in one volume
  for (const index of [8192, 8193, 12_000]) blocks.set(index, text(`a${index}`));
  for (const index of [12_288, 14_335]) blocks.set(index, text(`a${index}`));
  return blocks;
};

/** Changed, new and vanished blocks since then, all in pages 0 and 3. */
const changes = (): Map<number, Buffer | undefined> =>
  new Map([
    [0, text('b0')],
    [3, undefined],
    [4, text('b4')],
    [5, noise('a50')], // moved: known to the library
    [101, noise('b101')],
    [4095, undefined],
    [12_288, undefined],
    [12_289, text('b12289')],
  ]);

export const goldenChanges = changes;

export const goldenVolume = (point: string): Map<number, Buffer> => {
  const blocks = first();
  if (point === GOLDEN.points[0]) return blocks;
  for (const [index, plain] of changes()) {
    if (plain) blocks.set(index, plain);
    else blocks.delete(index);
  }
  return blocks;
};
