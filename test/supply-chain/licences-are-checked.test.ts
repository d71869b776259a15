import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import allowed from '../../dev/supply-chain/allowed.json' with { type: 'json' };
import { checkLicences } from '../../dev/supply-chain/check-licences.ts';
import { type Lockfile, readLockfile } from '../../dev/supply-chain/lockfile.ts';
import { HASH, lockWith, projectDir } from './locks.ts';

const elsewhere = mkdtempSync(join(tmpdir(), 'holdfast-licences-'));
after(() => rmSync(elsewhere, { recursive: true }));

const problems = (lock: Lockfile, dir = elsewhere) => checkLicences(lock, allowed, dir).problems;

test("every package's licence is allowed, and AGPL stays in a process of its own", () => {
  assert.deepEqual(problems(readLockfile(projectDir), projectDir), []);
});

const production: readonly [string, RegExp | undefined][] = [
  ['AGPL-3.0-or-later', /zod@.* \(production\): AGPL-3.0-or-later is not an allowed licence/],
  ['GPL-2.0-only WITH Classpath-exception-2.0', /not an allowed licence/],
  ['MIT AND LGPL-3.0-only', /not an allowed licence/],
  ['CC-BY-4.0', /not an allowed licence/],
  ['SEE LICENSE IN LICENSE.md', /not an allowed licence/],
  ['UNLICENSED', /not an allowed licence/],
  ['BUSL-1.1', /not an allowed licence/],
  ['(MIT OR GPL-3.0-only)', undefined],
  ['Apache-2.0 AND MIT', undefined],
  ['0BSD', undefined],
];

for (const [license, said] of production)
  test(`${license} in production is ${said ? 'refused' : 'allowed'}`, () => {
    const found = problems(lockWith('node_modules/zod', { license })).join('\n');
    if (said) assert.match(found, said);
    else assert.equal(found, '');
  });

test('a package that declares none is refused, for development too', () => {
  const none = { version: '1.0.0', integrity: HASH, license: undefined };
  assert.deepEqual(problems(lockWith('node_modules/zod2', { ...none, dev: true })), [
    'zod2@1.0.0 (development): none declared is not an allowed licence',
  ]);
  assert.deepEqual(problems(lockWith('node_modules/zod2', none)), [
    'zod2@1.0.0 (production): none declared is not an allowed licence',
  ]);
});

test('AGPL is refused for development, and in production even to the package that is named', () => {
  const of = (name: string, dev: boolean) =>
    problems(
      lockWith(`node_modules/${name}`, { version: '1.0.0', integrity: HASH, dev, license: 'AGPL-3.0-or-later' }),
    );
  assert.equal(of('some-tool', true).length, 1);
  assert.equal(of('@cloud-copilot/iam-simulate', true).length, 0);
  assert.equal(of('@cloud-copilot/iam-simulate', false).length, 1);
});

/** Put together, so that this file itself says nothing of the kind. */
const AGPL = '@cloud-copilot/iam';
const imports: readonly [string, string][] = [
  ['core/a.ts', `import { runSimulation } from '${AGPL}-simulate';`],
  ['cli/b.ts', `const { runSimulation } = await import('${AGPL}-simulate');`],
  ['test/c.test.ts', `import type { Policy } from '${AGPL}-policy/dist/policies.js';`],
  ['test/permissions/d.ts', `import './${'independent-evaluator'}-process.ts';`],
];

for (const [file, source] of imports)
  test(`${file} may not say: ${source}`, () => {
    mkdirSync(dirname(join(elsewhere, file)), { recursive: true });
    writeFileSync(join(elsewhere, file), source);
    assert.match(problems(readLockfile(projectDir)).join('\n'), new RegExp(`^${file} imports`));
    rmSync(join(elsewhere, file));
  });
