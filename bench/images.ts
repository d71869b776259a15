import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BenchOptions } from './options.ts';
import type { Images } from './tools/tool.ts';

export interface MadeImages extends Images {
  readonly blocks: number;
  readonly changedBlocks: number;
  readonly zeroBlocks: number;
}

const script = (name: string): string => join(import.meta.dirname, name);
const run = (program: string, args: readonly string[]): { blocks: number; changed: number; zeros: number } =>
  JSON.parse(
    execFileSync(program, args, {
      env: { ...process.env, NODE: process.execPath },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
      .toString()
      .trim()
      .split('\n')
      .at(-1) ?? '',
  );

/** Images of this size, made; `seed` other than 1 for other content. */
export const makeImages = (folder: string, mib: number, seed = 1): MadeImages => {
  mkdirSync(folder, { recursive: true });
  const { blocks, changed, zeros } = run('bash', [script('make-image.sh'), folder, String(mib), String(seed)]);
  return { ...at(folder), blocks, changedBlocks: changed, zeroBlocks: zeros };
};

const at = (folder: string): Images => ({
  v1: join(folder, 'v1.img'),
  v2: join(folder, 'v2.img'),
  changed: join(folder, 'changed'),
});

/** Those of the user, linked into the run's folder, or made ones. */
export const openImages = ({ image, folder, size }: BenchOptions): MadeImages => {
  const place = join(folder, 'images');
  if (!image) return makeImages(place, size);
  mkdirSync(place, { recursive: true });
  image.forEach((path, n) => {
    execFileSync('cp', ['--sparse=always', resolve(path), join(place, `v${n + 1}.img`)]);
  });
  const { blocks, changed, zeros } = run(process.execPath, [script('image-content.mjs'), 'compare', place, 'given']);
  return { ...at(place), blocks, changedBlocks: changed, zeroBlocks: zeros };
};
