/** `npm run test:console`: the console in a browser, against a local cloud. SCREENSHOTS=1 renews those in docs/console. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { buildConsole } from './build-console.ts';
import { findChromium } from './chromium.ts';

const projectDir = join(import.meta.dirname, '..');

findChromium();
await buildConsole({ ifOlder: true });
const files = globSync('test/console/*.spec.ts', { cwd: projectDir }).toSorted();
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', '--test-timeout=600000', ...files], {
  cwd: projectDir,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
