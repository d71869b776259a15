/** `npm run bench`: Holdfast beside other backup programs on this machine. */
import { rmSync, writeFileSync } from 'node:fs';
import { openImages } from './images.ts';
import { describeMachine } from './machine.ts';
import { endMeasured } from './measured.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { measureEbs } from './parts/ebs.ts';
import { measureGrowth } from './parts/growth.ts';
import { measureMovers } from './parts/mover.ts';
import { measureOrchestration } from './parts/orchestration.ts';
import { findPeer, type Peer } from './peers.ts';
import { goalsSection, measurementsSection, renderReport, type Section } from './report.ts';
import { Measurements } from './statistics.ts';

const tell = (line: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

const bench = async (options: BenchOptions): Promise<string> => {
  const { folder, rounds, only, install, quick, size } = options;
  const wants = (part: (typeof only)[number]): boolean => only.includes(part);
  const measurements = new Measurements();
  const sections: Section[] = [];
  const peers: Peer[] = [findPeer('time', install)];
  if (wants('mover')) peers.push(findPeer('restic', install), findPeer('borg', install));
  if (wants('ebs')) peers.push(findPeer('coldsnap', install));
  const there = new Map(peers.map((peer) => [peer.name, peer.path]));
  if (!there.get('time')) throw new Error(`GNU time is needed to measure anything: ${peers[0]?.version}`);

  const needsImages = wants('mover') || wants('fetch') || wants('ebs');
  if (needsImages) tell('images');
  const images = needsImages ? openImages(options) : undefined;
  if (images && wants('mover')) {
    const names = new Set(peers.filter(({ path }) => path).map(({ name }) => name));
    await measureMovers({ images, folder, rounds, peers: names, measurements, tell });
  }
  if (images && (wants('fetch') || wants('ebs'))) {
    const what = { fetch: wants('fetch'), through: wants('ebs') };
    await measureEbs({ image: images.v1, folder, rounds, what, coldsnap: there.get('coldsnap'), measurements, tell });
  }
  const sizes = quick ? [64, 128] : [1_024, 2_048, 4_096, 8_192];
  if (wants('growth')) sections.push(await measureGrowth({ folder, sizes, rounds: Math.min(3, rounds), tell }));
  if (wants('orchestration'))
    sections.push(await measureOrchestration({ folder, counts: quick ? [1, 2] : [1, 10, 100], tell }));

  return renderReport([
    {
      title: 'Where and when',
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
    measurementsSection('What was measured', measurements),
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
