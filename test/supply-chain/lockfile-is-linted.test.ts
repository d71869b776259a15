import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import allowed from '../../dev/supply-chain/allowed.json' with { type: 'json' };
import { lintLockfile } from '../../dev/supply-chain/lint-lockfile.ts';
import { type Lockfile, readLockfile } from '../../dev/supply-chain/lockfile.ts';
import { type Change, HASH, lockWith, projectDir } from './locks.ts';

const npmrc = readFileSync(join(projectDir, '.npmrc'), 'utf8');
const problems = (lock: Lockfile, rc = npmrc) => lintLockfile(lock, rc, allowed).problems;

test('the lockfile is as it should be', () => {
  assert.deepEqual(problems(readLockfile(projectDir)), []);
});

/** [what was done to the lockfile, folder, change, what the lint says] */
const tampered: readonly [string, string, Change, RegExp][] = [
  [
    'a package from another host',
    'node_modules/zod',
    { resolved: 'https://packages.example/zod.tgz' },
    /zod names where/,
  ],
  [
    'a package from git',
    'node_modules/zod',
    { version: 'git+ssh://git@example.org/zod.git#1' },
    /zod has no exact version/,
  ],
  ['a package without a hash', 'node_modules/zod', { integrity: undefined }, /zod has no SHA-512/],
  [
    'a package with a weak hash',
    'node_modules/zod',
    { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' },
    /zod has no SHA-512/,
  ],
  ['a hash cut short', 'node_modules/zod', { integrity: `${HASH.slice(0, 40)}==` }, /zod has no SHA-512/],
  ['a folder instead of a package', 'node_modules/zod', { link: true }, /zod is a link/],
  ['a workspace', 'packages/mine', { version: '1.0.0', integrity: HASH }, /packages\/mine is a link/],
  ['another package under its name', 'node_modules/zod', { name: 'z0d' }, /zod holds z0d: an alias/],
  ['another package under a known alias', 'node_modules/serverless', { name: 'serverless-ng' }, /holds serverless-ng/],
  ['a new install script', 'node_modules/zod', { hasInstallScript: true }, /zod runs a script/],
  [
    'a package without a hash that calls itself one of another platform',
    'node_modules/zod',
    { integrity: undefined, optional: true, os: ['win32'], cpu: ['x64'] },
    /zod has no SHA-512/,
  ],
  [
    "the gate's own platform without a hash",
    'node_modules/@lmdb/lmdb-linux-x64',
    { integrity: undefined },
    /lmdb-linux-x64 has no SHA-512/,
  ],
];

for (const [what, folder, change, said] of tampered)
  test(`${what} is named`, () => {
    const found = problems(lockWith(folder, change));
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', said);
  });

test('another format, a host or a secret in .npmrc, a script that is no more: each is named', () => {
  const lock = readLockfile(projectDir);
  assert.match(problems({ ...lock, lockfileVersion: 2 }).join(), /version 2/);
  assert.match(problems(lock, 'registry=https://packages.example/').join(), /names a host/);
  assert.match(problems(lock, '_authToken=abc').join(), /a secret/);
  assert.match(
    problems(lockWith('node_modules/lmdb', { hasInstallScript: false })).join(),
    /lmdb has no install script/,
  );
});

test('what has no hash, of other platforms, is counted and not passed over in silence', () => {
  const lock = lockWith('node_modules/@lmdb/lmdb-win32-x64', { integrity: undefined });
  const { summary, problems: found } = lintLockfile(lock, npmrc, allowed);
  assert.deepEqual(found, []);
  assert.match(summary, /no hash known of \d+ .*@lmdb\/lmdb-win32-x64/);
});
