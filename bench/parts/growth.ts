/** How the cost of a first backup and of one without changes grows with the image. */
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeImages } from '../images.ts';
import { measured } from '../measured.ts';
import type { Section } from '../report.ts';
import { type Measurement, medianOf } from '../statistics.ts';
import { holdfastTool } from '../tools/holdfast.ts';

export interface GrowthPart {
  readonly folder: string;
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly tell: (line: string) => void;
}

export const measureGrowth = async ({ folder, sizes, rounds, tell }: GrowthPart): Promise<Section> => {
  const rows: string[][] = [];
  for (const mib of sizes) {
    tell(`growth: ${mib} MiB`);
    const place = join(folder, `growth-${mib}`);
    const images = makeImages(place, mib);
    const none = join(place, 'none');
    writeFileSync(none, '');
    const [first, same]: Measurement[][] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const repository = await holdfastTool('growth', 'default').open(join(place, 'repository'));
      first?.push(await measured(await repository.first(images)));
      const unchanged = await repository.secondByChanges?.({ ...images, v2: images.v1, changed: none });
      if (unchanged) same?.push(await measured(unchanged));
      rmSync(repository.folder, { recursive: true });
    }
    rows.push([`${mib}`, ...figures(first ?? []), ...figures(same ?? [])]);
    truncateSync(images.v1);
    rmSync(place, { recursive: true });
  }
  return {
    title: 'How cost grows',
    text: 'A first backup, and one after it in which nothing has changed. The second is mostly the start of the process.',
    head: ['MiB', 'first: wall s', 'CPU s', 'peak MiB', 'unchanged: wall s', 'CPU s', 'peak MiB'],
    rows,
  };
};

const figures = (rounds: readonly Measurement[]): string[] => {
  const { wallSeconds, cpuSeconds, peakMiB } = medianOf(rounds);
  return [wallSeconds.toFixed(2), cpuSeconds.toFixed(2), peakMiB.toFixed(0)];
};
