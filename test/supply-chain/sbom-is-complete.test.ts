import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { identity, lockedPackages, readLockfile } from '../../dev/supply-chain/lockfile.ts';
import { checkSbom, makeSbom } from '../../dev/supply-chain/sbom.ts';
import { projectDir } from './locks.ts';

const lock = readLockfile(projectDir);
const sbom = await makeSbom(projectDir, lock);

test('the bill of materials names what production needs, and nothing else', async () => {
  assert.deepEqual(checkSbom(sbom, lock).problems, []);
  const names = sbom.components.map(({ 'bom-ref': ref }) => ref);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(names.toSorted(), (await asNpmLists()).toSorted());
  assert.equal(sbom.metadata.component.name, 'holdfast');
  // npm's own --omit dev loses it: npm/cli 7909.
  assert.ok(names.some((name) => name.startsWith('zod@')));
  assert.ok(!names.some((name) => name.startsWith('typescript@')));
});

test('every reference leads to a component, and every component but other platforms has its hash', () => {
  const { components, dependencies, metadata } = sbom;
  const known = new Set([metadata.component, ...components].map(({ 'bom-ref': ref }) => ref));
  for (const { ref, dependsOn } of dependencies) for (const one of [ref, ...dependsOn]) assert.ok(known.has(one), one);
  const hashed = lockedPackages(lock).filter(([, { dev, integrity }]) => !dev && integrity);
  const withHash = new Set(components.filter((one) => 'hashes' in one).map(({ 'bom-ref': ref }) => ref));
  assert.deepEqual(
    hashed.map(([folder, entry]) => identity(folder, entry)).filter((ref) => !withHash.has(ref)),
    [],
  );
});

test('a component that is missing, and one without a licence, is noticed', () => {
  const [first, second, ...more] = sbom.components;
  assert.ok(first && second);
  const { licenses, ...bare } = second as typeof second & { licenses?: unknown };
  assert.ok(licenses);
  assert.deepEqual(checkSbom({ ...sbom, components: [bare, ...more] }, lock).problems, [
    `${first['bom-ref']} is not in the SBOM`,
    `${second['bom-ref']} has no licence in the SBOM`,
  ]);
});

/** Another command of npm's, with an algorithm of its own. */
const asNpmLists = async (): Promise<string[]> => {
  const args = ['ls', '--all', '--omit=dev', '--package-lock-only', '--parseable', '--long'];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: projectDir });
  const lines = stdout.trim().split('\n').slice(1);
  return [...new Set(lines.map((line) => line.replace(/^(.*):((?:@[^/:]+\/)?[^@:]+@[^:]+).*$/, '$2')))];
};
