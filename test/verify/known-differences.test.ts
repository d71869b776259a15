import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPage } from '../../dev/verify/compatibility-page.ts';
import { judge } from '../../dev/verify/judge.ts';
import { type Difference, MOTO_DIFFERENCES } from '../../dev/verify/moto-differences.ts';

const difference = (more: Partial<Difference> = {}): Difference => ({
  ...{
    test: /volumes › are small/,
    says: /too large/,
    moto: 'large',
    aws: 'small',
    evidence: 'https://docs.aws.amazon.com/',
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

  it('are on the page, each with AWS’s own words for evidence (else: npm run verify:moto -- --page)', () => {
    const { is, shouldBe } = readPage();
    assert.equal(is, shouldBe);
    for (const { evidence } of MOTO_DIFFERENCES) assert.match(evidence, /^https:\/\/docs\.aws\.amazon\.com\/\S+$/);
  });
});
