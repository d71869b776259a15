import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../adapters/system.ts';
import { checkShown } from '../../console/parts/audit/check-shown.ts';
import type { AuditEntry } from '../../core/contracts/audit.ts';
import { anchorOf, nextEntry } from '../../core/domain/audit-chain.ts';

const chain: AuditEntry[] = [];
for (let n = 1; n <= 6; n++) {
  chain.push(
    nextEntry(
      sha256,
      chain.at(-1),
      {
        who: { kind: 'operator', principal: 'arn:aws:iam::111111111111:user/eve' },
        what: { operation: 'DELETE /plans/{planId}', subjects: [`plan-0000000${n}`] },
        from: {},
        allowed: true,
        outcome: 'Done',
        requestId: `request-${n}`,
      },
      Date.UTC(2026, 0, n),
    ),
  );
}
const entry = (seq: number): AuditEntry => chain[seq - 1] as AuditEntry;
const shown = (...seqs: number[]): AuditEntry[] => seqs.map(entry);
const head = anchorOf(entry(6));
const anchors = [anchorOf(entry(4))];
const check = (
  items: Parameters<typeof checkShown>[0]['items'],
  more: Partial<Parameters<typeof checkShown>[0]> = {},
) => checkShown({ items, anchors, head, withoutGaps: true, ...more });

test('entries as they were written fit, from wherever the page begins, and anchors among them are counted', () => {
  assert.deepEqual(check(shown(6, 5, 4, 3)), { entries: 4, anchors: 1 });
  assert.deepEqual(check(shown(6, 5)), { entries: 2, anchors: 0 });
});

test('one that was changed, is missing, or is none is named', () => {
  const changed = { ...entry(4), outcome: 'NotAllowed' };
  assert.deepEqual(check([entry(5), changed, entry(3)]).broken?.seq, 4);
  assert.match(check(shown(6, 4, 3)).broken?.problem ?? '', /it is missing: entry 6 comes instead/);
  assert.equal(check([entry(6), { seq: 5, broken: true }, entry(4)]).broken?.seq, 5);
});

test('of a filtered list what lies between is not asked for, what is shown still is', () => {
  assert.equal(check(shown(6, 4, 2), { withoutGaps: false }).broken, undefined);
  const changed = { ...entry(2), requestId: 'another' };
  assert.equal(check([entry(6), changed], { withoutGaps: false }).broken?.seq, 2);
});

test('an anchor finds a chain that was written anew, and an end that was cut off', () => {
  const forged = [{ ...anchorOf(entry(4)), hash: entry(3).hash }];
  assert.match(check(shown(5, 4), { anchors: forged }).broken?.problem ?? '', /anchored under this number/);
  assert.deepEqual(check(shown(3, 2), { head: anchorOf(entry(3)) }).broken, {
    seq: 4,
    problem: 'entry 4 was there, is named by an anchor, and is gone',
  });
});
