/**
 * `npm run test:console [-- PATTERN]`: the console in a browser, against a local cloud; files of test/console, all visits
 * without PATTERN. SCREENSHOTS=1 renews those in docs/console.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { buildConsole } from './build-console.ts';
import { findChromium } from './chromium.ts';

const projectDir = join(import.meta.dirname, '..');

findChromium();
await buildConsole({ ifOlder: true });
const [pattern = '*.spec.ts'] = process.argv.slice(2);
const files = globSync(`test/console/${pattern}`, { cwd: projectDir }).toSorted();
if (files.length === 0) throw new Error(`There is no test/console/${pattern}.`);
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-timeout=600000', ...files], {
  cwd: projectDir,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
