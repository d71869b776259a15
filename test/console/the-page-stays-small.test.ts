import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildConsole, consolePageDir } from '../../dev/build-console.ts';

const KIB = 1_024;
/** Of scripts, compressed: what the first page needs, and all of them. Raised knowingly, with a reason in the commit. */
const FIRST_LIMIT = 430 * KIB;
const WHOLE_LIMIT = 720 * KIB;

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
}

const compressed = (file: string): number => gzipSync(readFileSync(join(consolePageDir, file))).length;
const sum = (files: readonly string[]): number => [...new Set(files)].reduce((all, file) => all + compressed(file), 0);

test('the page’s scripts stay within their limits, and all of it comes from its own files', async (t) => {
  await buildConsole({ ifOlder: true });
  const manifest = JSON.parse(readFileSync(join(consolePageDir, '.vite/manifest.json'), 'utf8')) as Record<
    string,
    Chunk
  >;
  const withImports = (name: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const each of manifest[name]?.imports ?? []) withImports(each, seen);
    return seen;
  };
  const filesOf = (names: Iterable<string>): string[] =>
    [...names].flatMap((name) => manifest[name]?.file ?? []).filter((file) => file.endsWith('.js'));
  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry) ?? '';
  const firstPages = ['pages/overview.tsx', 'pages/instances.tsx', 'pages/approvals.tsx'].map((page) =>
    sum(filesOf([...withImports(entry), ...withImports('main.tsx'), ...withImports(page)])),
  );
  const first = Math.max(...firstPages);
  const whole = sum(filesOf(Object.keys(manifest)));
  t.diagnostic(`scripts, compressed: first page ${Math.round(first / KIB)} KiB, all ${Math.round(whole / KIB)} KiB`);
  assert.ok(first > 50 * KIB && first <= FIRST_LIMIT, `the first page’s scripts have ${first} bytes`);
  assert.ok(whole >= first && whole <= WHOLE_LIMIT, `all scripts have ${whole} bytes`);
  const html = readFileSync(join(consolePageDir, 'index.html'), 'utf8');
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc="\/assets\/)|<style|style=|https?:/);
});
