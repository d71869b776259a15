import assert from 'node:assert/strict';
import { test } from 'node:test';
import allowed from '../../dev/supply-chain/allowed.json' with { type: 'json' };
import { asShipped, importedByPage } from '../../dev/supply-chain/bundled.ts';
import { checkLicences } from '../../dev/supply-chain/check-licences.ts';
import { type Lockfile, readLockfile } from '../../dev/supply-chain/lockfile.ts';
import { lockWith, projectDir } from './locks.ts';

const imported = importedByPage(projectDir);
const problems = (lock: Lockfile) => checkLicences(asShipped(lock, imported), allowed, projectDir).problems;

test('what the console’s page imports is shipped, and what that imports; what builds it is not', () => {
  for (const name of ['react', 'react-dom', '@cloudscape-design/components', '@xyflow/react', 'zod'])
    assert.ok(imported.has(name), name);
  for (const name of ['vite', 'yaml', '@vitejs/plugin-react']) assert.ok(!imported.has(name), name);
  const lock = readLockfile(projectDir);
  const { packages } = asShipped(lock, imported);
  const isDev = (name: string) => packages[`node_modules/${name}`]?.dev === true;
  for (const name of ['react', 'scheduler', 'd3-color', '@cloudscape-design/components', 'intl-messageformat'])
    assert.ok(lock.packages[`node_modules/${name}`]?.dev && !isDev(name), name);
  for (const name of ['vite', '@biomejs/biome', 'playwright-core']) assert.ok(isDev(name), name);
});

test('all of it has a licence that production may have', () => {
  assert.deepEqual(problems(readLockfile(projectDir)), []);
  const strange = { license: 'MPL-2.0' };
  assert.match(problems(lockWith('node_modules/react', strange)).join(), /react@.* \(production\): MPL-2.0 is not/);
  assert.match(
    problems(lockWith('node_modules/d3-color', strange)).join(),
    /d3-color@.* \(production\): MPL-2.0 is not/,
  );
  assert.deepEqual(problems(lockWith('node_modules/vite', strange)), [], 'development may have it');
});

test('a package that is imported and not locked is an error', () => {
  assert.throws(() => asShipped(readLockfile(projectDir), ['left-pad-of-nobody']), /left-pad-of-nobody/);
});
