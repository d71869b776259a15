import { GOALS, isReached } from './goals.ts';
import type { Measurements } from './statistics.ts';

export interface Section {
  readonly title: string;
  readonly text?: string;
  readonly head?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
}

const MB = 1_000_000;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

export const measurementsSection = (title: string, all: Measurements): Section => ({
  title,
  head: ['work', 'tool', 'wall s', 'CPU s', 'peak MiB', 'stored MB'],
  rows: all.all
    .toSorted((a, b) => a.work.localeCompare(b.work))
    .map(({ tool, work, median }) => [
      work,
      tool,
      median.wallSeconds.toFixed(2),
      median.cpuSeconds.toFixed(2),
      median.peakMiB.toFixed(0),
      median.storedBytes === undefined ? '' : (median.storedBytes / MB).toFixed(1),
    ]),
});

/** Reached, not reached, or not measured: none is left out. */
export const goalsSection = (all: Measurements): Section => ({
  title: 'Goals',
  head: ['goal', 'target', 'measured', ''],
  rows: GOALS.map((goal) => {
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
  }),
});

export const renderReport = (sections: readonly Section[]): string =>
  `# Benchmarks\n\n${sections
    .map(({ title, text, head, rows }) =>
      [`## ${title}`, text, head && rows && table(head, rows)].filter(Boolean).join('\n\n'),
    )
    .join('\n\n')}\n`;
