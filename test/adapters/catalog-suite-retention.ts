/** Recovery points under legal hold, and as retention expires them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { racers } from './racers.ts';
import { A, aPoint, aVolume, B } from './records.ts';

export const retentionSuite = (catalogNow: () => Catalog): void => {
  describe('retention', () => {
    const hold = {
      since: 5,
      by: 'arn:aws:iam::222222222222:user/counsel',
      heldBy: 'operator' as const,
      reason: 'case 7',
    };
    const available = async (): Promise<RecoveryPoint> => {
      const point = aPoint(A, 'i-00005555', [aVolume(1, [1])]);
      await catalogNow().points.add(point);
      await catalogNow().points.update(A, point.recoveryPointId, { state: 'available' });
      return { ...point, state: 'available' };
    };

    it('expires a point that is available, once', async () => {
      const { points } = catalogNow();
      const point = await available();
      const expired = await racers(10, (racer) => points.expire(A, point.recoveryPointId, racer));
      assert.equal(expired.filter(Boolean).length, 1);
      const there = await points.get(A, point.recoveryPointId);
      assert.deepEqual(there, { ...point, state: 'expired', expiredAt: expired.indexOf(true) });
    });

    it("expires nothing that is pending, another tenant's, or not there", async () => {
      const { points } = catalogNow();
      const pending = aPoint(A, 'i-00005555', []);
      await points.add(pending);
      const other = await available();
      assert.equal(await points.expire(A, pending.recoveryPointId, 1), false);
      assert.equal(await points.expire(B, other.recoveryPointId, 1), false);
      assert.equal(await points.expire(A, 'rp-00000000', 1), false);
      assert.deepEqual(await points.get(A, pending.recoveryPointId), pending);
    });

    it('leaves a locked point alone until its lock ends', async () => {
      const { points } = catalogNow();
      const point = await available();
      await points.update(A, point.recoveryPointId, { lockedUntil: 1_000 });
      assert.equal(await points.expire(A, point.recoveryPointId, 999), false);
      assert.deepEqual(await points.get(A, point.recoveryPointId), { ...point, lockedUntil: 1_000 });
      assert.equal(await points.expire(A, point.recoveryPointId, 1_000), true);
    });

    it('notes the longest lock of several, in whatever order they come; none of what is not there', async () => {
      const { points } = catalogNow();
      const point = await available();
      await Promise.all([3_000, 1_000, 2_000].map((until) => points.lockUntil(A, point.recoveryPointId, until)));
      await points.lockUntil(A, point.recoveryPointId, 2_500);
      await points.lockUntil(B, point.recoveryPointId, 9_000);
      await points.lockUntil(A, 'rp-00000000', 9_000);
      assert.deepEqual(await points.get(A, point.recoveryPointId), { ...point, lockedUntil: 3_000 });
      assert.equal(await points.get(A, 'rp-00000000'), undefined);
    });

    it('leaves a point under legal hold alone until the hold is lifted', async () => {
      const { points } = catalogNow();
      const point = await available();
      const { recoveryPointId } = point;
      assert.equal(await points.setLegalHold(A, recoveryPointId, hold, undefined), true);
      assert.equal(await points.setLegalHold(A, recoveryPointId, { ...hold, by: 'x' }, undefined), false);
      assert.equal(await points.expire(A, point.recoveryPointId, 9), false);
      assert.deepEqual(await points.get(A, point.recoveryPointId), { ...point, legalHold: hold });
      assert.equal(await points.setLegalHold(B, recoveryPointId, undefined, hold), false);
      for (const other of [{ since: 7_777 }, { by: 'x' }, { heldBy: 'tenant' as const }, { reason: 'another' }])
        assert.equal(await points.setLegalHold(A, recoveryPointId, undefined, { ...hold, ...other }), false);
      assert.equal(await points.setLegalHold(A, 'rp-00000000', undefined, undefined), false);
      assert.equal(await points.setLegalHold(A, recoveryPointId, undefined, hold), true);
      assert.deepEqual(await points.get(A, point.recoveryPointId), point);
      assert.equal(await points.expire(A, point.recoveryPointId, 9), true);
    });

    it('and a hold that is set at the same time end one way or the other', async () => {
      const { points } = catalogNow();
      for (let round = 0; round < 5; round++) {
        const point = await available();
        const [expired] = await Promise.all([
          points.expire(A, point.recoveryPointId, 9),
          points.setLegalHold(A, point.recoveryPointId, hold, undefined),
        ]);
        const there = await points.get(A, point.recoveryPointId);
        assert.equal(there?.state, expired ? 'expired' : 'available');
      }
    });
  });
};
