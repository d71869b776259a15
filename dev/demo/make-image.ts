import { spawnSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import {
  closeSync,
  cpSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const GIB = 1_073_741_824;
const MIB = 1_048_576;

/** A stream of bytes that the seed alone decides. */
export const seededBytes = (seed: number): ((length: number) => Buffer) => {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed >>> 0);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  return (length) => cipher.update(Buffer.alloc(length));
};

const TEXT_BYTES = 16 * MIB;

/** Log lines, which compress as logs do: made once, then cut at ever other places, so that no two blocks are the same. */
const makeText = (random: (length: number) => Buffer): ((at: number, length: number) => Buffer) => {
  const text = Buffer.alloc(TEXT_BYTES);
  for (let written = 0, line = 0; written < TEXT_BYTES; line++) {
    const numbers = random(64);
    for (let i = 0; i < 16 && written < TEXT_BYTES; i++) {
      const n = numbers.readUInt32LE(i * 4);
      const entry = `Nov 22 06:${line % 60}:${i} host${n % 7} app[${n % 977}]: GET /items/${n} status=${200 + (n % 5)} bytes=${n % 99_991}\n`;
      written += text.write(entry, written, 'latin1');
    }
  }
  return (at, length) => {
    const from = (at * 1_048_573 + at) % (TEXT_BYTES - length);
    return text.subarray(from, from + length);
  };
};

/**
 * Makes a sparse disk image: an ext4 file system with text, incompressible media, repeated pages and free space where
 * mke2fs is at hand, else the same mix laid out by itself. Answers which of the two it is.
 */
export const makeImage = (path: string, sizeGiB: number, seed: number, projectDir: string): 'ext4' | 'generated' => {
  const fd = openSync(path, 'w');
  ftruncateSync(fd, sizeGiB * GIB);
  closeSync(fd);
  const tree = `${path}.tree`;
  try {
    fillTree(tree, sizeGiB, seed, projectDir);
    const made = spawnSync(
      'mke2fs',
      ['-q', '-F', '-t', 'ext4', '-b', '4096', '-m', '0', '-E', 'lazy_itable_init=0,nodiscard', '-d', tree, path],
      {
        env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
      },
    );
    if (made.status === 0) return 'ext4';
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
  layOut(path, sizeGiB, seed);
  return 'generated';
};

/** Of each GiB 40 MiB of text, 16 incompressible and 8 repeated; and some real, small files. The rest is free. */
const MIX = { text: 40, media: 16, repeated: 8 };
const FILE_MIB = 8;

const fillTree = (tree: string, sizeGiB: number, seed: number, projectDir: string): void => {
  const random = seededBytes(seed);
  const text = makeText(random);
  for (const folder of ['var/log', 'srv/media', 'var/cache']) mkdirSync(join(tree, folder), { recursive: true });
  cpSync(join(projectDir, 'node_modules/commander'), join(tree, 'usr/lib/app'), { recursive: true });
  const files = (mib: number): number => (sizeGiB * mib) / FILE_MIB;
  for (let i = 0; i < files(MIX.text); i++)
    writeFileSync(join(tree, 'var/log', `app-${i}.log`), text(i, FILE_MIB * MIB));
  for (let i = 0; i < files(MIX.media); i++)
    writeFileSync(join(tree, 'srv/media', `clip-${i}.bin`), random(FILE_MIB * MIB));
  const repeated = Buffer.alloc(FILE_MIB * MIB, random(4_096));
  for (let i = 0; i < files(MIX.repeated); i++) writeFileSync(join(tree, 'var/cache', `page-${i}`), repeated);
};

/** The same mix without a file system: in every 256 MiB 10 of text, 4 incompressible, 2 repeated, the rest zero. */
const layOut = (path: string, sizeGiB: number, seed: number): void => {
  const random = seededBytes(seed);
  const text = makeText(random);
  const repeated = Buffer.alloc(MIB, random(4_096));
  const fd = openSync(path, 'r+');
  for (let mib = 0; mib < sizeGiB * 1_024; mib++) {
    const at = mib % 256;
    const content = at < 10 ? text(mib, MIB) : at < 14 ? random(MIB) : at < 16 ? repeated : undefined;
    if (content) writeSync(fd, content, 0, content.length, mib * MIB);
  }
  closeSync(fd);
};

/** Whole GiB, as volumes are: an image is padded with zeros. */
export const volumeGiB = (path: string): number => Math.max(1, Math.ceil(statSync(path).size / GIB));
