import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { farBlocks, GOALS, isReached } from '../../bench/goals.ts';
import { measured } from '../../bench/measured.ts';
import { measureLatency } from '../../bench/parts/latency.ts';
import { goalsSection, measurementsSections, notesSection, renderReport } from '../../bench/report.ts';
import { Measurements, median } from '../../bench/statistics.ts';

const MAIN = join(import.meta.dirname, '../../bench/main.ts');
const needed = ['/usr/bin/time', '/bin/bash'].filter((path) => !existsSync(path));
const skip = needed.length > 0 && `without ${needed.join(', ')}`;

test('the bench makes images, measures what is there on them, and restores them as they were', { skip }, () => {
  const report = execFileSync(process.execPath, [MAIN, '--quick', '--no-peers', '--only', 'mover'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();
  assert.match(report, /\| image \| 256 MiB made/);
  for (const work of ['first', 'second', 'second, changed blocks only', 'restore to a file', 'restore to null'])
    assert.match(
      report,
      new RegExp(`\\| ${work} \\| Holdfast \\| (\\d+\\.\\d\\d) \\| \\1 to \\1 \\| \\d+\\.\\d\\d \\| \\d+ \\|`),
      work,
    );
  for (const { name } of GOALS) assert.ok(report.includes(`| ${name} |`), name);
});

test('a command costs what it used, and one that fails gives no figure', { skip }, async () => {
  const spin = 'const end = Date.now() + 300; while (Date.now() < end); ';
  const { wallSeconds, cpuSeconds, peakMiB } = await measured({ argv: [process.execPath, '-e', spin] });
  assert.ok(wallSeconds >= 0.3 && cpuSeconds > 0.05 && peakMiB > 20, `${wallSeconds} ${cpuSeconds} ${peakMiB}`);
  await assert.rejects(measured({ argv: [process.execPath, '-e', 'process.exit(3)'] }), { name: 'CommandFailed' });
});

test('a goal is reached, not reached or not measured, and never left out', () => {
  const all = new Measurements();
  const cost = { cpuSeconds: 1, peakMiB: 200, storedBytes: 100 };
  for (const wallSeconds of [9, 10, 30]) all.add('restic', 'first', { ...cost, wallSeconds });
  for (const wallSeconds of [2, 2, 90]) all.add('Holdfast', 'first', { ...cost, wallSeconds });
  const report = renderReport([goalsSection(all)]);
  assert.match(report, /first backup: times as fast as restic \| at least 2\.8 \| 5\.00 \| reached/);
  assert.match(report, /first backup: peak memory \| at most 180 MiB \| 200 MiB \| \*\*not reached\*\*/);
  assert.match(report, /first backup: times as fast as borg \| at least 2\.8 \| – \| not measured/);
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
  assert.ok(GOALS.every((goal) => isReached(goal, goal.target)));
});

test('the report tells medians with their spread, the fastest first, and the notes of whoever ran it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-report-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const notes = join(folder, 'notes.md');
  assert.deepEqual(notesSection(notes), []);
  writeFileSync(notes, 'Hashing takes half of it.\n');
  const all = new Measurements();
  const cost = { cpuSeconds: 1, peakMiB: 200 };
  for (const wallSeconds of [9, 10, 30]) all.add('restic', 'first', { ...cost, wallSeconds, storedBytes: 3e6 });
  for (const wallSeconds of [2, 4, 3]) all.add('Holdfast', 'first', { ...cost, wallSeconds, storedBytes: 2e6 });
  all.add('Holdfast', 'something else', { ...cost, wallSeconds: 1 });
  const report = renderReport([...notesSection(notes), ...measurementsSections(all)]);
  assert.match(report, /## Notes\n\nHashing takes half of it\.\n\n## First backup/);
  assert.match(
    report,
    /\| first \| Holdfast \| 3\.00 \| 2\.00 to 4\.00 \| 1\.00 \| 200 \| 2\.0 \|\n\| first \| restic \| 10\.00 \| 9\.00 to 30\.00 \|/,
  );
  assert.match(report, /\| something else \| Holdfast \| 1\.00 \|/);
});

const openssl = !existsSync('/usr/bin/openssl') && 'without /usr/bin/openssl';

test('blocks come from far away as fast as that many connections can bring them', { skip: openssl }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-latency-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const measurements = new Measurements();
  const time = { warmMs: 1_000, countedMs: 500 };
  const { rows = [] } = await measureLatency({ folder, rounds: 1, ...time, measurements, tell: () => undefined });
  assert.deepEqual(
    rows.map(([setting]) => setting?.replace(/ \(\d+\)/, '')),
    ['8', '16', '32', '64', 'adaptive'],
  );
  const rate = measurements.find('Holdfast', farBlocks(8))?.mibPerSecond ?? 0;
  // each brings at most one block of half a MiB in 40 ms; what had come while it was not counted yet is one for each
  assert.ok(rate > 0 && rate <= (8 / 2) * (1_000 / 40) * (1 + 40 / 500), `${rate} MiB/s`);
});
