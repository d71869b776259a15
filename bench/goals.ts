import type { Measurement, Measurements } from './statistics.ts';

export interface Goal {
  readonly name: string;
  readonly target: number;
  /** Whether the ratio is to be at least, or at most the target. */
  readonly is: 'at least' | 'at most';
  readonly unit?: string;
  /** Undefined where something for it was not measured. */
  readonly value: (measurements: Measurements) => number | undefined;
}

type Figure = 'wallSeconds' | 'cpuSeconds' | 'storedBytes' | 'peakMiB' | 'mibPerSecond';

const figure = (measurement: Measurement | undefined, name: Figure): number | undefined => measurement?.[name];

const ratio =
  (name: Figure, [tool, work]: readonly [string, string], [otherTool, otherWork]: readonly [string, string]) =>
  (all: Measurements): number | undefined => {
    const [over, under] = [figure(all.find(tool, work), name), figure(all.find(otherTool, otherWork), name)];
    return over === undefined || under === undefined ? undefined : over / under;
  };

export const OURS = 'Holdfast';
export const FAST = 'Holdfast, fast';
/** The same steps in C. */
export const LIMIT = 'C pipeline';
export const LIMIT_FAST = 'C pipeline, fast';
export const farBlocks = (connections: number): string => `blocks 40 ms away, ${connections} connections`;
const PEERS = ['restic', 'borg'] as const;

const faster = (
  work: string,
  peerWork: string,
  ours: string,
  targets: readonly [number, number],
  name: string,
): Goal[] =>
  PEERS.map((peer, at) => ({
    name: `${name}: times as fast as ${peer}`,
    target: targets[at] as number,
    is: 'at least',
    value: ratio('wallSeconds', [peer, peerWork], [ours, work]),
  }));

const atMost = (name: string, target: number, value: Goal['value'], unit = ''): Goal => ({
  name,
  target,
  is: 'at most',
  value,
  unit,
});

/** As set when the mover was designed, from prototypes on a machine of two processors. */
export const GOALS: readonly Goal[] = [
  ...faster('first', 'first', OURS, [2.8, 2.8], 'first backup'),
  atMost('first backup: stored, of restic', 1, ratio('storedBytes', [OURS, 'first'], ['restic', 'first'])),
  ...faster('first', 'first', FAST, [3.4, 3.4], 'first backup, fast level'),
  atMost(
    'first backup, fast level: stored, of restic',
    1.06,
    ratio('storedBytes', [FAST, 'first'], ['restic', 'first']),
  ),
  atMost('first backup: wall, of the same steps in C', 1.05, ratio('wallSeconds', [OURS, 'first'], [LIMIT, 'first'])),
  atMost('first backup: CPU, of restic', 0.4, ratio('cpuSeconds', [OURS, 'first'], ['restic', 'first'])),
  atMost('first backup: CPU, of borg', 0.75, ratio('cpuSeconds', [OURS, 'first'], ['borg', 'first'])),
  ...faster('second, changed blocks only', 'second', OURS, [10, 10], 'incremental by changed blocks'),
  ...faster('second', 'second', OURS, [4, 4], 'incremental that reads all'),
  ...faster('restore to a file', 'restore to a file', OURS, [3, 3.5], 'restore to a file'),
  atMost('stored after two points, of restic', 1, ratio('storedBytes', [OURS, 'second'], ['restic', 'second'])),
  atMost(
    'block fetch with check: CPU, of curl without',
    1.5,
    ratio('cpuSeconds', [OURS, 'block fetch'], ['curl', 'block fetch']),
  ),
  {
    name: 'one snapshot, 40 ms away, 64 connections (its quota is 500 MiB/s)',
    target: 490,
    is: 'at least',
    unit: ' MiB/s',
    value: (all) => figure(all.find(OURS, farBlocks(64)), 'mibPerSecond'),
  },
  atMost(
    'through EBS direct, all of it: wall, of coldsnap’s plain download',
    1,
    ratio('wallSeconds', [OURS, 'through EBS direct'], ['coldsnap', 'through EBS direct']),
  ),
  atMost('first backup: peak memory', 180, (all) => figure(all.find(OURS, 'first'), 'peakMiB'), ' MiB'),
  atMost(
    'access node, 2 workers of 32 connections: peak memory',
    180,
    (all) => figure(all.find(OURS, 'through EBS direct'), 'peakMiB'),
    ' MiB',
  ),
];

export const isReached = ({ is, target }: Goal, value: number): boolean =>
  is === 'at least' ? value >= target : value <= target;
