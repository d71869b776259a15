/** `npm run bench`: Holdfast beside other backup programs on this machine. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openImages } from './images.ts';
import { Kept } from './kept.ts';
import { describeMachine } from './machine.ts';
import { endMeasured } from './measured.ts';
import { type BenchOptions, type Part, readOptions } from './options.ts';
import { measureEbs } from './parts/ebs.ts';
import { measureGrowth } from './parts/growth.ts';
import { measureLatency } from './parts/latency.ts';
import { measureMovers } from './parts/mover.ts';
import { measureOrchestration } from './parts/orchestration.ts';
import { findPeer } from './peers.ts';
import { goalsSection, measurementsSections, notesSection, renderReport } from './report.ts';

const tell = (line: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

const PEERS_OF = {
  mover: ['C pipeline', 'restic', 'borg', 'kopia'],
  ebs: ['coldsnap'],
} as const;

const bench = async (options: BenchOptions): Promise<string> => {
  const { folder, rounds, only, install, quick, size } = options;
  const wants = (part: Part): boolean => only.includes(part);
  const kept = new Kept(options.keep);
  const { measurements, facts } = kept;
  const there = new Map<string, string>();
  const look = (name: string): void => {
    const { path, version } = findPeer(name, install);
    facts.set(name, path ? version : `none: ${version}`);
    if (path) there.set(name, path);
  };
  for (const [name, fact] of describeMachine()) facts.set(name, fact);
  look('time');
  if (!there.get('time')) throw new Error(`GNU time is needed to measure anything: ${facts.get('time')}`);
  if (options.peers) for (const [part, names] of Object.entries(PEERS_OF)) if (wants(part as Part)) names.forEach(look);
  for (const part of only) facts.set(`rounds of ${part}`, `${rounds}`);

  const needsImages = wants('mover') || wants('fetch') || wants('ebs');
  if (needsImages) tell('images');
  const images = needsImages ? openImages(options) : undefined;
  if (images) {
    const made = options.image ? '' : ` made (--size ${size})`;
    const { blocks, zeroBlocks, changedBlocks } = images;
    facts.set(
      'image',
      `${(blocks / 2).toFixed(0)} MiB${made}, ${share(zeroBlocks, blocks)} zero; the second differs in ${share(changedBlocks, blocks)} of its blocks`,
    );
    const { v1: image } = images;
    const coldsnap = there.get('coldsnap');
    const ebs = { image, folder, rounds, coldsnap, measurements, tell };
    const movers = { images, folder, rounds, peers: there, measurements, tell };
    if (wants('mover')) await kept.measure('mover', () => measureMovers(movers));
    if (wants('fetch')) await kept.measure('fetch', () => measureEbs({ ...ebs, what: 'fetch' }));
    if (wants('ebs')) await kept.measure('ebs', () => measureEbs({ ...ebs, what: 'through' }));
  }
  if (wants('latency')) {
    const time = quick ? { warmMs: 1_500, countedMs: 1_500 } : { warmMs: 3_000, countedMs: 5_000 };
    await kept.measure('latency', () => measureLatency({ folder, rounds, ...time, measurements, tell }));
  }
  const sizes = quick ? [64, 128] : [1_024, 2_048, 4_096, 8_192];
  if (wants('growth'))
    await kept.measure('growth', () => measureGrowth({ folder, sizes, rounds: Math.min(3, rounds), tell }));
  const counts = quick ? [1, 2] : [1, 10, 100];
  if (wants('orchestration')) await kept.measure('orchestration', () => measureOrchestration({ folder, counts, tell }));

  return renderReport([
    {
      title: 'Where and when',
      text: 'Holdfast beside other backup programs on one machine, by `npm run bench`. What counts are the ratios: absolute figures are this machine’s. In each round everything runs in turn; medians.',
      head: ['', ''],
      rows: [...facts].map((fact) => [...fact]),
    },
    goalsSection(measurements),
    ...notesSection(join(import.meta.dirname, 'notes.md')),
    ...measurementsSections(measurements),
    ...kept.sections,
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
