import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AWS_SAYS } from '../../dev/verify/aws-words.ts';
import { readPage } from '../../dev/verify/compatibility-page.ts';
import type { Difference } from '../../dev/verify/difference.ts';
import { judge } from '../../dev/verify/judge.ts';
import { MOTO_DIFFERENCES } from '../../dev/verify/moto-differences.ts';

const difference = (more: Partial<Difference> = {}): Difference => ({
  ...{
    test: /volumes › are small/,
    says: /too large/,
    moto: 'large',
    aws: 'small',
    evidence: [],
    open: 'not looked up',
  },
  ...more,
});
const outcome = (passed: boolean, says = 'Error: too large', test = 'volumes › are small') => ({ test, passed, says });

describe('known differences of an emulation of AWS', () => {
  it('let a test fail as they say', () => {
    assert.deepEqual(judge([outcome(false)], [difference()]), { passed: 0, differed: 1, unexpected: [], stale: [] });
  });

  it('let no other test fail, nor that test otherwise', () => {
    assert.equal(judge([outcome(false), outcome(false, 'x', 'b')], [difference()]).unexpected.length, 1);
    assert.equal(judge([outcome(false, 'Error: a timeout')], [difference()]).unexpected.length, 1);
  });

  it('are stale once their test passes, or is gone; but those that depend on timing may pass', () => {
    assert.equal(judge([outcome(true)], [difference()]).stale.length, 1);
    assert.equal(judge([outcome(true)], [difference({ sometimes: true })]).stale.length, 0);
    assert.equal(judge([outcome(true, '', 'b')], [difference({ sometimes: true })]).stale.length, 1);
  });

  it('name a test once', () => {
    assert.equal(judge([outcome(false)], [difference(), difference({ moto: 'again' })]).unexpected.length, 1);
  });

  it('are on the page (else: npm run verify:moto -- --page)', () => {
    const { is, shouldBe } = readPage();
    assert.equal(is, shouldBe);
  });

  it('each have AWS’s own words for evidence, or say what was not found', () => {
    for (const { aws, evidence, open } of MOTO_DIFFERENCES) assert.ok(evidence.length > 0 || open, aws);
    for (const { where } of Object.values(AWS_SAYS))
      assert.match(
        where,
        /^(https:\/\/(docs\.aws\.amazon\.com|docs\.amazonaws\.cn|github\.com\/awsdocs)\/\S+|@aws-sdk\/client-[a-z0-9-]+)$/,
      );
  });

  it('quote the SDK’s documentation as it is installed', () => {
    const documentation = new Map<string, string>();
    for (const { where, says } of Object.values(AWS_SAYS)) {
      if (!where.startsWith('@')) continue;
      if (!documentation.has(where)) documentation.set(where, documentationOf(where));
      assert.ok(documentation.get(where)?.includes(says), `${where} does not say: ${says}`);
    }
  });
});

/** What the types of a package of the SDK say, without markup. */
const documentationOf = (name: string): string => {
  const folder = join(dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`))), 'dist-types');
  return globSync('{commands,models}/*.d.ts', { cwd: folder })
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
    .replaceAll(/<[^>\n]*>/g, '')
    .replaceAll(/\n\s*\*\s?/g, ' ')
    .replaceAll(/\s+/g, ' ');
};
