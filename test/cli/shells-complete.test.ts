import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCli } from './run-cli.ts';

const PROGRAM = fileURLToPath(new URL('../../cli/holdfast.ts', import.meta.url));

/** What a real bash would offer at a Tab, for each command line. */
const offered = async (lines: readonly (readonly string[])[]): Promise<string[][]> => {
  const quoted = (word: string): string => `'${word}'`;
  const script = [
    `holdfast() { ${quoted(process.execPath)} ${quoted(PROGRAM)} "$@"; }`,
    'source <(holdfast completion bash)',
    ...lines.flatMap((words) => [
      `COMP_WORDS=(holdfast ${words.map(quoted).join(' ')}); COMP_CWORD=${words.length}`,
      `_holdfast holdfast ${quoted(words.at(-1) ?? '')} ''; printf '%s\\t' "\${COMPREPLY[@]}"; echo`,
    ]),
  ].join('\n');
  const bash = spawn('bash', ['--norc', '-c', script]);
  const [out] = await Promise.all([text(bash.stdout), once(bash, 'close')]);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t').filter((word) => word !== ''));
};

test('bash completes nouns, verbs, options and their choices, with nothing else installed', async () => {
  const [nouns, verbs, options, choices] = await offered([
    ['re'],
    ['retention', ''],
    ['plan', 'add', 'nightly', '--keep-m'],
    ['job', 'list', '--state', 'completed'],
  ]);
  assert.deepEqual(nouns, ['restore', 'recovery-point', 'retention', 'reaper', 'recovery-key']);
  assert.deepEqual(verbs, ['plan', 'run']);
  assert.deepEqual(options, ['--keep-monthly']);
  assert.deepEqual(choices, ['completed', 'completed\\ with\\ errors']);
});

test('zsh and fish get a script that asks the same', async () => {
  for (const shell of ['zsh', 'fish']) {
    const { code, out } = await runCli(['completion', shell]);
    assert.equal(code, 0);
    assert.match(out, /holdfast complete -- /, shell);
  }
});
