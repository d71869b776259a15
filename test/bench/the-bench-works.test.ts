import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GOALS, isReached } from '../../bench/goals.ts';
import { measured } from '../../bench/measured.ts';
import { goalsSection, renderReport } from '../../bench/report.ts';
import { Measurements, median } from '../../bench/statistics.ts';

const MAIN = join(import.meta.dirname, '../../bench/main.ts');
const needed = ['/usr/bin/time', '/bin/bash'].filter((path) => !existsSync(path));
const skip = needed.length > 0 && `without ${needed.join(', ')}`;

test('the bench makes images, measures what is there on them, and restores them as they were', { skip }, () => {
  const report = execFileSync(process.execPath, [MAIN, '--quick', '--no-install', '--only', 'mover'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();
  assert.match(report, /\| image \| 256 MiB made/);
  for (const work of ['first', 'second', 'second, changed blocks only', 'restore to a file', 'restore to null'])
    assert.match(report, new RegExp(`\\| ${work} \\| Holdfast \\| \\d+\\.\\d\\d \\| \\d+\\.\\d\\d \\| \\d+ \\|`), work);
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
