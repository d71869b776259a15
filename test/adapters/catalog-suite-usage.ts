import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BilledCalls, noCalls } from '../../core/contracts/billed-calls.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { everyItem } from '../../core/ports/every-item.ts';
import type { ClaimCalls } from '../../core/ports/usage.ts';
import { addUsage } from '../../core/steps/usage/add-usage.ts';
import { racers } from './racers.ts';
import { freshId } from './records.ts';

const calls = (s3Gets: number): BilledCalls => ({ ...noCalls, s3Gets });
const MONTH = '2026-11';

export const usageSuite = (open: () => Catalog): void => {
  describe('usage', () => {
    const aClaim = (s3Gets: number, more: Partial<ClaimCalls> = {}): Omit<ClaimCalls, 'added'> => ({
      orderId: freshId('ord'),
      claim: 1,
      jobId: freshId('job'),
      attempt: 1,
      tenantId: freshId('hv'),
      month: MONTH,
      calls: calls(s3Gets),
      ...more,
    });

    it('notes what a claim has called, never less than before, under the month of the first note', async () => {
      const { usage } = open();
      const first = aClaim(3);
      assert.deepEqual(await usage.note(first), first);
      const later = { ...first, calls: calls(5), month: '2026-12' };
      assert.deepEqual(await usage.note(later), { ...later, month: MONTH });
      assert.deepEqual((await usage.note(first)).calls, calls(5), 'an older report came late');
      assert.deepEqual(await usage.get(first), { ...later, month: MONTH });
      assert.equal(await usage.get({ ...first, claim: 2 }), undefined);
      await usage.noteAdded(first, calls(5));
      await usage.noteAdded(first, calls(3));
      assert.deepEqual((await usage.get(first))?.added, calls(5));
      assert.deepEqual((await usage.note({ ...first, calls: calls(9) })).added, calls(5), 'it stays');
    });

    it('lists the claims of one attempt', async () => {
      const { usage } = open();
      const [one, other] = [aClaim(1), aClaim(2)];
      const second = { ...one, claim: 2 };
      for (const each of [one, second, other, { ...one, attempt: 2 }]) await usage.note(each);
      const found = (await usage.ofAttempt(one.jobId, 1)).toSorted((a, b) => a.claim - b.claim);
      assert.deepEqual(found, [one, second]);
    });

    it('replaces a month only as it was seen, and reads those of tenants that have one', async () => {
      const { usage } = open();
      const [tenantId, other] = [freshId('hv'), freshId('hv')];
      const month = { tenantId, month: MONTH, version: 1, calls: calls(1), adding: { 'ord-1#1': calls(1) } };
      assert.equal(await usage.replaceMonth(month, undefined), true);
      assert.equal(await usage.replaceMonth(month, undefined), false, 'it is there');
      const next = { ...month, version: 2, calls: calls(4), adding: {} };
      assert.equal(await usage.replaceMonth(next, 1), true);
      assert.equal(await usage.replaceMonth(next, 1), false, 'it is another version');
      assert.deepEqual(await usage.month(tenantId, MONTH), next);
      assert.equal(await usage.month(tenantId, '2026-12'), undefined);
      assert.deepEqual(await usage.months([tenantId, other], MONTH), [next]);
    });

    it('keeps which tenants were removed, page by page, until they are forgotten', async () => {
      const { usage } = open();
      const mine = [1, 2, 3].map((n) => ({ tenantId: freshId('hv'), name: `tenant ${n}`, removedAt: n }));
      const ids = new Set(mine.map(({ tenantId }) => tenantId));
      const there = async () => {
        const found = [];
        for await (const each of everyItem(({ next }) => usage.removed({ limit: 2, ...(next ? { next } : {}) })))
          if (ids.has(each.tenantId)) found.push(each);
        return found.toSorted((a, b) => a.removedAt - b.removedAt);
      };
      for (const each of mine) await usage.noteRemoved(each);
      assert.deepEqual(await there(), mine);
      const [first, ...others] = mine;
      const again = { ...first, removedAt: 9 } as (typeof mine)[number];
      await usage.noteRemoved(again);
      assert.deepEqual(await there(), [...others, again]);
      for (const _ of [1, 2]) await usage.forgetRemoved(again.tenantId);
      assert.deepEqual(await there(), others);
    });

    it('is added to by twenty at the same time, and nothing is lost or counted twice', async () => {
      const { usage } = open();
      const tenantId = freshId('hv');
      const all = Array.from({ length: 10 }, (_, n) => aClaim(n + 1, { tenantId }));
      for (const each of all) await usage.note(each);
      await racers(20, (n) => addUsage(usage, all[n % 10] as ClaimCalls));
      const month = await usage.month(tenantId, MONTH);
      assert.deepEqual(month?.calls, calls(55));
      for (const each of all) assert.deepEqual((await usage.get(each))?.added, each.calls);
    });
  });
};
