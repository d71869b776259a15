import { existsSync, readFileSync } from 'node:fs';
import { GOALS, isReached } from './goals.ts';
import type { Measured, Measurement, Measurements } from './statistics.ts';

export interface Section {
  readonly title: string;
  readonly text?: string;
  readonly head?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
}

const MB = 1_000_000;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** In the order in which a reader meets them; what is not named here comes last, in a section of its own. */
const GROUPS: readonly { readonly title: string; readonly text: string; readonly works: RegExp }[] = [
  {
    title: 'First backup',
    text: 'The first image, into an empty repository on the same machine. The C pipeline does the same steps as Holdfast and can do nothing else (bench/c/pipeline.c): it is what the machine can give. `fast` is zstd 1 instead of 3.',
    works: /^first$/,
  },
  {
    title: 'Second backup',
    text: 'The second image, after the first one. `changed blocks only`: as from EBS, which names the blocks that differ; the others must read all.',
    works: /^second/,
  },
  {
    title: 'Restore',
    text: 'The second backup, to a file (compared afterwards) and to nowhere.',
    works: /^restore/,
  },
  {
    title: 'Blocks over HTTP',
    text: 'From the local cloud, a process of its own whose cost is not counted: `block fetch` is all of a snapshot with its SHA-256 checked, beside curl, which checks nothing, and beside curl and then OpenSSL’s SHA-256 over the same bytes; `through EBS direct` is a whole first backup into S3 by an access node of two workers with up to 32 connections each (CPU and peak are its process’s own), beside coldsnap, which downloads the snapshot to a file.',
    works: /^(block fetch|through EBS direct)$/,
  },
];
const OWN_SECTION = /^blocks 40 ms away/;

/** A table for each kind of work; what has figures of another kind has its own part's section. */
export const measurementsSections = (all: Measurements): Section[] => {
  const shown = all.all.filter(({ work }) => !OWN_SECTION.test(work));
  const rest = shown.filter(({ work }) => !GROUPS.some(({ works }) => works.test(work)));
  const groups = GROUPS.map(({ title, text, works }) => ({
    title,
    text,
    found: shown.filter(({ work }) => works.test(work)),
  }));
  return [...groups, { title: 'Other work', text: '', found: rest }]
    .filter(({ found }) => found.length > 0)
    .map(({ title, text, found }) => ({ title, text, ...measurementsTable(found) }));
};

/** Medians; of the wall time also the shortest and the longest. */
const measurementsTable = (found: readonly Measured[]): Pick<Section, 'head' | 'rows'> => ({
  head: ['work', 'tool', 'wall s', 'shortest to longest', 'CPU s', 'peak MiB', 'stored MB'],
  rows: found
    .toSorted((a, b) => a.work.localeCompare(b.work) || a.median.wallSeconds - b.median.wallSeconds)
    .map(({ tool, work, median, rounds }) => [
      work,
      tool,
      median.wallSeconds.toFixed(2),
      spreadOf(rounds),
      median.cpuSeconds.toFixed(2),
      median.peakMiB.toFixed(0),
      median.storedBytes === undefined ? '' : (median.storedBytes / MB).toFixed(1),
    ]),
});

const spreadOf = (rounds: readonly Measurement[]): string => {
  const walls = rounds.map(({ wallSeconds }) => wallSeconds);
  return `${Math.min(...walls).toFixed(2)} to ${Math.max(...walls).toFixed(2)}`;
};

/** Reached, not reached, or not measured: none is left out. */
export const goalsSection = (all: Measurements): Section => {
  const rows = GOALS.map((goal) => {
    const value = goal.value(all);
    const unit = goal.unit ?? '';
    const said = value === undefined ? 'not measured' : isReached(goal, value) ? 'reached' : '**not reached**';
    const digits = unit ? 0 : 2;
    return [
      goal.name,
      `${goal.is} ${goal.target}${unit}`,
      value === undefined ? '–' : `${value.toFixed(digits)}${unit}`,
      said,
    ];
  });
  const reached = rows.filter(([, , , said]) => said === 'reached').length;
  const measured = rows.filter(([, , , said]) => said !== 'not measured').length;
  return {
    title: 'Goals',
    text: `${reached} of ${measured} that were measured are reached. Set when the mover was designed, from prototypes on a machine of two processors; ratios of medians of the same rounds.`,
    head: ['goal', 'target', 'measured', ''],
    rows,
  };
};

/** What whoever ran it has to say: where the time goes when a goal is missed. None where the file is not there. */
export const notesSection = (path: string): Section[] =>
  existsSync(path) ? [{ title: 'Notes', text: readFileSync(path, 'utf8').trim() }] : [];

export const renderReport = (sections: readonly Section[]): string =>
  `# Benchmarks\n\n${sections
    .map(({ title, text, head, rows }) =>
      [`## ${title}`, text, head && rows && table(head, rows)].filter(Boolean).join('\n\n'),
    )
    .join('\n\n')}\n`;
