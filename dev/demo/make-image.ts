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

/** About 1 MiB of log lines: text that compresses as logs do. */
const logLines = (random: (length: number) => Buffer, tag: string): string => {
  const numbers = random(4 * 12_000);
  const lines: string[] = [];
  for (let i = 0; i < 12_000; i++) {
    const n = numbers.readUInt32LE(i * 4);
    lines.push(
      `Nov 22 06:${n % 60}:${i % 60} ${tag} app[${n % 977}]: GET /items/${n} status=${200 + (n % 5)} bytes=${n % 99991} ms=${n % 887}\n`,
    );
  }
  return lines.join('');
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

/** Half of the volume: 34 % text, 8 % incompressible, 4 % repeated; and some real, small files. */
const fillTree = (tree: string, sizeGiB: number, seed: number, projectDir: string): void => {
  const random = seededBytes(seed);
  for (const folder of ['var/log', 'srv/media', 'var/cache']) mkdirSync(join(tree, folder), { recursive: true });
  cpSync(join(projectDir, 'node_modules/zod'), join(tree, 'usr/lib/app'), { recursive: true });
  for (let i = 0; i < sizeGiB * 350; i++)
    writeFileSync(join(tree, 'var/log', `app-${i}.log`), logLines(random, `host${i % 7}`));
  for (let i = 0; i < sizeGiB * 10; i++) writeFileSync(join(tree, 'srv/media', `clip-${i}.bin`), random(8 * MIB));
  const page = random(4_096);
  const pages = Buffer.concat(Array.from({ length: 256 }, () => page));
  for (let i = 0; i < sizeGiB * 40; i++) writeFileSync(join(tree, 'var/cache', `page-${i}`), pages);
};

const layOut = (path: string, sizeGiB: number, seed: number): void => {
  const random = seededBytes(seed);
  const fd = openSync(path, 'r+');
  const page = random(4_096);
  const pages = Buffer.concat(Array.from({ length: 256 }, () => page));
  // Of every 100 MiB: 34 text, 8 incompressible, 4 repeated, the rest zero.
  for (let mib = 0; mib < sizeGiB * 1_024; mib++) {
    const at = mib % 100;
    const content =
      at < 34
        ? Buffer.from(logLines(random, `host${at}`)).subarray(0, MIB)
        : at < 42
          ? random(MIB)
          : at < 46
            ? pages
            : undefined;
    if (content) writeSync(fd, content, 0, content.length, mib * MIB);
  }
  closeSync(fd);
};

/** Whole GiB, as volumes are: an image is padded with zeros. */
export const volumeGiB = (path: string): number => Math.max(1, Math.ceil(statSync(path).size / GIB));
