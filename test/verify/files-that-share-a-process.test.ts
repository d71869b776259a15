import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const loader = join(import.meta.dirname, '../../dev/testing/together.ts');

interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/** Each of `files` is the text of a test file; all in one process. */
const run = (files: readonly string[]): Ran => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-together-'));
  try {
    const paths = files.map((text, index) => {
      const path = join(folder, `${index}.test.mjs`);
      writeFileSync(path, `import { test } from 'node:test';\n${text}`);
      return path;
    });
    const entry = join(folder, 'all.mjs');
    writeFileSync(entry, `import { together } from '${loader}';\nawait together(${JSON.stringify(paths)});\n`);
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [entry], { env, encoding: 'utf8', timeout: 60_000 });
    return { status, output: `${stdout}${stderr}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const GOOD =
  "test('good', (t) => { process.env.LEFT = 'x'; t.after(() => delete process.env.LEFT); t.mock.timers.enable({ apis: ['Date'] }); });";

test('all tests of all files run, and may change what they put back', () => {
  const { status, output } = run([GOOD, "test('as good', () => {});"]);
  assert.match(output, /tests 2\n/);
  assert.equal(status, 0, output);
});

for (const [what, leaves, told] of [
  ['a variable', "process.env.LEFT = 'x'", 'the variable LEFT'],
  ['another clock', 'Date.now = () => 0', 'Date.now'],
  ['a function of its own', 'globalThis.fetch = async () => {}', 'globalThis.fetch'],
  ['another folder', "process.chdir('/')", 'the working folder'],
] as const)
  for (const [when, files] of [
    ['before another', [`test('leaves', () => { ${leaves}; });`, GOOD]],
    ['as the last', [GOOD, `test('leaves', () => { ${leaves}; });`]],
  ] as const)
    test(`a test that leaves ${what}, ${when}, is told`, () => {
      const { status, output } = run(files);
      assert.equal(status, 1, output);
      assert.ok(output.includes(`"leaves" has left changed: ${told}`), output);
    });

test('a test that ends the process with success is told, and so is a file that cannot be loaded', () => {
  const ended = run(["test('ends', () => process.exit(0));", GOOD]);
  assert.equal(ended.status, 1, ended.output);
  assert.match(ended.output, /"ends" has ended the process/);
  const broken = run([GOOD, "throw new Error('cannot be loaded');"]);
  assert.notEqual(broken.status, 0);
  assert.match(broken.output, /cannot be loaded/);
});

test('a test that fails fails all', () => {
  const { status, output } = run([GOOD, "test('fails', () => { throw new Error('it does not hold'); });", GOOD]);
  assert.equal(status, 1);
  assert.match(output, /fail 1\n/);
});
