/** `npm run bench`: Holdfast beside other backup programs on this machine. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openImages } from './images.ts';
import { describeMachine } from './machine.ts';
import { endMeasured } from './measured.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { measureEbs } from './parts/ebs.ts';
import { measureGrowth } from './parts/growth.ts';
import { measureLatency } from './parts/latency.ts';
import { measureMovers } from './parts/mover.ts';
import { measureOrchestration } from './parts/orchestration.ts';
import { findPeer, type Peer } from './peers.ts';
import { goalsSection, measurementsSections, notesSection, renderReport, type Section } from './report.ts';
import { Measurements } from './statistics.ts';

const tell = (line: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

const bench = async (options: BenchOptions): Promise<string> => {
  const { folder, rounds, only, install, peers: withPeers, quick, size } = options;
  const wants = (part: (typeof only)[number]): boolean => only.includes(part);
  const measurements = new Measurements();
  const sections: Section[] = [];
  const peers: Peer[] = [findPeer('time', install)];
  if (wants('mover') && withPeers)
    for (const name of ['C pipeline', 'restic', 'borg', 'kopia']) peers.push(findPeer(name, install));
  if (wants('ebs') && withPeers) peers.push(findPeer('coldsnap', install));
  const there = new Map(peers.flatMap(({ name, path }) => (path === undefined ? [] : [[name, path] as const])));
  if (!there.get('time')) throw new Error(`GNU time is needed to measure anything: ${peers[0]?.version}`);

  const needsImages = wants('mover') || wants('fetch') || wants('ebs');
  if (needsImages) tell('images');
  const images = needsImages ? openImages(options) : undefined;
  if (images && wants('mover')) {
    await measureMovers({ images, folder, rounds, peers: there, measurements, tell });
  }
  if (images && (wants('fetch') || wants('ebs'))) {
    const what = { fetch: wants('fetch'), through: wants('ebs') };
    await measureEbs({ image: images.v1, folder, rounds, what, coldsnap: there.get('coldsnap'), measurements, tell });
  }
  if (wants('latency')) {
    const time = quick ? { warmMs: 1_500, countedMs: 1_500 } : { warmMs: 3_000, countedMs: 5_000 };
    sections.push(await measureLatency({ folder, rounds, ...time, measurements, tell }));
  }
  const sizes = quick ? [64, 128] : [1_024, 2_048, 4_096, 8_192];
  if (wants('growth')) sections.push(await measureGrowth({ folder, sizes, rounds: Math.min(3, rounds), tell }));
  if (wants('orchestration'))
    sections.push(await measureOrchestration({ folder, counts: quick ? [1, 2] : [1, 10, 100], tell }));

  return renderReport([
    {
      title: 'Where and when',
      text: 'Holdfast beside other backup programs on one machine, by `npm run bench`. What counts are the ratios: absolute figures are this machine’s.',
      head: ['', ''],
      rows: [
        ...describeMachine(),
        ...peers.map(({ name, path, version }) => [name, path ? version : `none: ${version}`]),
        ['rounds', `${rounds}; everything in turn within each, medians`],
        ...(images
          ? [
              [
                'image',
                `${(images.blocks / 2).toFixed(0)} MiB${options.image ? '' : ` made (--size ${size})`}, ${share(images.zeroBlocks, images.blocks)} zero; the second differs in ${share(images.changedBlocks, images.blocks)} of its blocks`,
              ],
            ]
          : []),
      ],
    },
    goalsSection(measurements),
    ...notesSection(join(import.meta.dirname, 'notes.md')),
    ...measurementsSections(measurements),
    ...sections,
  ]);
};

const share = (part: number, all: number): string => `${((100 * part) / all).toFixed(1)} %`;

const options = readOptions(process.argv);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    endMeasured();
    rmSync(options.folder, { recursive: true, force: true });
    process.exit(130);
  });
try {
  const report = await bench(options);
  process.stdout.write(report);
  if (options.report) writeFileSync(options.report, report);
} finally {
  rmSync(options.folder, { recursive: true, force: true });
}
