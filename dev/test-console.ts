/**
 * `npm run test:console [-- PATTERN]`: the console in a browser, against a local cloud; files of test/console, all visits
 * without PATTERN. SCREENSHOTS=1 renews those in docs/console.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { buildConsole } from './build-console.ts';
import { findChromium } from './chromium.ts';
import { runFiles } from './testing/run-files.ts';

const projectDir = join(import.meta.dirname, '..');
/** What takes longest begins first, as measured. */
const LONGEST = [
  'every-page-loses-the-api-operator.spec.ts',
  'a-tenant-restores-in-place.spec.ts',
  'every-page-loses-the-api-tenant.spec.ts',
  'a-tenant-restores-a-new-instance.spec.ts',
  'a-restore-is-refused.spec.ts',
  'jobs-are-looked-at.spec.ts',
].map((name) => `test/console/${name}`);

const place = (file: string): number => (LONGEST.includes(file) ? LONGEST.indexOf(file) : LONGEST.length);

findChromium();
await buildConsole({ ifOlder: true });
const [pattern = '*.spec.ts'] = process.argv.slice(2);
const files = globSync(`test/console/${pattern}`, { cwd: projectDir })
  .toSorted()
  .toSorted((a, b) => place(a) - place(b));
if (files.length === 0) throw new Error(`There is no test/console/${pattern}.`);
const passed = await runFiles({ files, cwd: projectDir, concurrency: 2, timeout: 600_000 });
process.exitCode = passed ? 0 : 1;
