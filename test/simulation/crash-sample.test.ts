import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Crash } from '../../dev/simulation/crash/case.ts';
import { type CaseReport, type CaseSeries, runCases } from '../../dev/simulation/crash/case-series.ts';

const after = (...calls: readonly number[]): readonly Crash[] =>
  calls.map((at) => ({ at, when: 'after', short: true }));

/** A few calls of each machine that moves data or makes things; all of them: npm run sim -- --crash. */
const sample: readonly CaseSeries[] = [
  { scenario: 'backup-full', cases: after(110, 250, 350) },
  { scenario: 'snapshot', cases: after(90) },
  { scenario: 'cancel', cases: after(400) },
  { scenario: 'backup-copy', cases: after(330) },
  { scenario: 'restore-in-place', cases: after(150) },
];

describe('a process dies right after a call, and what it was at is finished or taken back', () => {
  const reports: CaseReport[] = [];
  before(() => runCases(sample, (report) => reports.push(report)));

  for (const { scenario, cases } of sample)
    for (const crash of cases)
      it(`${scenario}, call ${crash?.at}`, () => {
        const report = reports.find((each) => each.scenario === scenario && each.crash?.at === crash?.at);
        assert.ok(report?.crashed, 'it was run, and the process died');
        assert.equal(report.failure, undefined, [...(report.lines ?? []), ...(report.said ?? [])].join('\n'));
        assert.ok(report.sweeps <= 2);
      });
});
