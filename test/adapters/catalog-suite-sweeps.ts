import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecordedFinding } from '../../core/domain/finding.ts';
import type { ServiceIntent } from '../../core/domain/service-intent.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { A, B, freshId } from './records.ts';

const aFinding = (place: string): RecordedFinding => ({
  ...{ findingId: freshId('find'), place, kind: 'volume', subject: 'vol-1', reason: 'left', action: 'remove' },
  ...{ dueAt: 1, tenantId: A, region: 'eu-central-1', firstSeenAt: 1, lastSeenAt: 2, attempts: 1, error: 'no' },
});

export const sweepsSuite = (open: () => Catalog): void => {
  describe('sweeps', () => {
    it('keeps findings by their places, lists them in pages, and forgets those that are gone', async () => {
      const { findings } = open();
      const [here, there] = [`account ${A} eu-central-1`, `account ${A} eu-central-10`];
      const all = [aFinding(here), aFinding(here), aFinding(there)];
      for (const finding of all) await findings.put(finding);
      const [first, second] = all as [RecordedFinding, RecordedFinding];
      await findings.put({ ...first, attempts: 2 });
      const found = await findings.ofPlace(here);
      assert.deepEqual(new Set(found), new Set([{ ...first, attempts: 2 }, second]));
      const page = await findings.list({ limit: 2 });
      assert.equal(page.items.length, 2);
      assert.equal((await findings.list({ limit: 2, next: page.next ?? '' })).items.length, 1);
      for (const { place, findingId } of [...all, ...all]) await findings.remove(place, findingId);
      assert.deepEqual((await findings.list({ limit: 10 })).items, []);
    });

    it('remembers where a sweep came to, and when each tenant was looked at', async () => {
      const { sweeps } = open();
      assert.equal(await sweeps.round(), undefined);
      for (const begunAt of [1, 2]) {
        await sweeps.setRound({ turn: A, begunAt });
        assert.deepEqual(await sweeps.round(), { turn: A, begunAt });
      }
      const look = { at: 5, regions: ['eu-central-1', 'us-east-1'] };
      for (const each of [{ ...look, doubled: 2 }, look]) {
        await sweeps.setLastLook(A, each);
        assert.deepEqual(await sweeps.lastLook(A), each);
      }
      assert.deepEqual([await sweeps.lastLook(A), await sweeps.lastLook(B)], [look, undefined]);
    });

    it('notes what is begun for a hypervisor; what is being undone is not begun anew before it is gone', async () => {
      const { serviceIntents } = open();
      const intent: ServiceIntent = {
        ...{ hypervisorId: freshId('hv'), kind: 'service', accountId: '999999999999', region: 'eu-central-1' },
        ...{ auth: { method: 'iam-role' }, at: 1, state: 'intended' },
      };
      const later = { ...intent, at: 2, autoScaling: true } as const;
      assert.equal(await serviceIntents.intend(intent), true);
      assert.equal(await serviceIntents.intend(later), true);
      assert.equal(await serviceIntents.undo(intent, 9), undefined, 'it was begun anew');
      const taken = await serviceIntents.undo(later, 9);
      assert.deepEqual(taken, { ...later, state: 'undoing', round: 1, heldUntil: 9 });
      assert.equal(await serviceIntents.undo(later, 10), undefined, 'another has taken it');
      const held = taken && (await serviceIntents.undo(taken, 11));
      assert.ok(held);
      assert.equal(await serviceIntents.intend({ ...later, at: 3 }), false);
      assert.deepEqual(await serviceIntents.open(), [{ ...later, state: 'undoing', round: 2, heldUntil: 11 }]);
      for (const old of [intent, later, taken]) await serviceIntents.settle(old);
      assert.deepEqual(await serviceIntents.open(), [held], 'settled only by who has read it last');
      for (let times = 0; times < 2; times++) await serviceIntents.settle(held);
      assert.deepEqual(await serviceIntents.open(), []);
      assert.equal(await serviceIntents.intend(intent), true);
      await serviceIntents.settle(intent);
    });
  });
};
