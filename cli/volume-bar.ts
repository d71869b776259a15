import { createRequire } from 'node:module';
import type { VolumeProgress } from '../library/import-volume.ts';
import { bytes, duration, rate } from './units.ts';

/** For cli-progress, which only a terminal needs: its 16 files take 10 ms. */
const require = createRequire(import.meta.url);
const BLOCK_BYTES = 524_288;

export interface VolumeBar {
  readonly show: (progress: VolumeProgress) => void;
  end(): void;
}

/** One bar on stderr: stdout may be the disk image itself. Draws nothing where no person looks on. */
export const createVolumeBar = (now: () => number): VolumeBar => {
  if (process.stderr.isTTY !== true || process.env.TERM === 'dumb')
    return { show: () => undefined, end: () => undefined };
  const { SingleBar } = require('cli-progress') as typeof import('cli-progress');
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {words}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 32,
    hideCursor: true,
    linewrap: false,
    stream: process.stderr,
  });
  const startedAt = now();
  let begun = false;
  return {
    show({ done, total }) {
      const seconds = (now() - startedAt) / 1_000;
      const perSecond = seconds > 0 ? (done * BLOCK_BYTES) / seconds : 0;
      const left = done > 0 ? duration((seconds * (total - done)) / done) : '?';
      const words = `${bytes(done * BLOCK_BYTES)} of ${bytes(total * BLOCK_BYTES)}, ${rate(perSecond)}, ${left} left`;
      if (begun) bar.update(done, { words });
      else bar.start(total, done, { words });
      begun = true;
    },
    end: () => bar.stop(),
  };
};
