/** What every implementation of the Catalog port promises; always with two tenants, so that leaks show. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Catalog } from '../../core/ports/catalog.ts';
import { approvalsSuite } from './catalog-suite-approvals.ts';
import { configurationSuite } from './catalog-suite-configuration.ts';
import { hypervisorsSuite } from './catalog-suite-hypervisors.ts';
import { jobsSuite } from './catalog-suite-jobs.ts';
import { libraryRunsSuite } from './catalog-suite-library-runs.ts';
import { openJobsSuite } from './catalog-suite-open-jobs.ts';
import { ordersSuite } from './catalog-suite-orders.ts';
import { protectedInstancesSuite } from './catalog-suite-protected-instances.ts';
import { quarantineSuite } from './catalog-suite-quarantine.ts';
import { recoveryPointsSuite } from './catalog-suite-recovery-points.ts';
import { retentionSuite } from './catalog-suite-retention.ts';
import { sweepsSuite } from './catalog-suite-sweeps.ts';
import { usageSuite } from './catalog-suite-usage.ts';
import { racers } from './racers.ts';
import { A, aJob, anEffect, B } from './records.ts';

export interface Opened {
  readonly catalog: Catalog;
  close(): void | Promise<void>;
}

export const catalogSuite = (name: string, open: () => Promise<Opened>): void => {
  describe(`the catalog (${name})`, () => {
    let catalog: Catalog;
    let close: Opened['close'];
    before(async () => {
      ({ catalog, close } = await open());
    });
    after(() => close());

    hypervisorsSuite(() => catalog);
    jobsSuite(() => catalog);
    protectedInstancesSuite(() => catalog);
    openJobsSuite(() => catalog);
    libraryRunsSuite(() => catalog);
    approvalsSuite(() => catalog);
    configurationSuite(() => catalog);
    retentionSuite(() => catalog);
    quarantineSuite(() => catalog);
    sweepsSuite(() => catalog);
    usageSuite(() => catalog);
    recoveryPointsSuite(() => catalog);
    ordersSuite(() => catalog);

    describe('quotas', () => {
      it('lose no change of many that come at once, and keep tenants and calls apart', async () => {
        const share = { holder: 'x', snapshotId: 'snap-1', told: 1, counted: 1, until: 9e12 };
        const seen = await racers(12, (racer) =>
          catalog.quotas.change(A, 'get', (shares) => ({
            shares: [...shares, { ...share, holder: `ord-${racer}` }],
            answer: shares.length,
          })),
        );
        assert.deepEqual(
          seen.sort((a, b) => a - b),
          Array.from({ length: 12 }, (_, at) => at),
        );
        const count = (tenantId: string, call: 'get' | 'put') =>
          catalog.quotas.change(tenantId, call, (shares) => ({ shares, answer: shares.length }));
        assert.deepEqual([await count(A, 'get'), await count(A, 'put'), await count(B, 'get')], [12, 0, 0]);
      });
    });

    describe('effects', () => {
      it('records an intent once, and what became of it', async () => {
        const job = aJob(A);
        const effect = anEffect(job);
        assert.deepEqual(await catalog.effects.intend(effect), effect);
        await catalog.effects.update(effect, { state: 'made', resourceIds: ['snap-1'] });
        const made = { ...effect, state: 'made', resourceIds: ['snap-1'] };
        assert.deepEqual(await catalog.effects.intend(effect), made);
        await catalog.effects.intend(anEffect(job));
        await catalog.effects.intend(anEffect(aJob(B)));
        const all = await catalog.effects.ofAttempt(job.jobId, 1);
        assert.equal(all.length, 2);
        assert.deepEqual(
          all.find(({ effectId }) => effectId === effect.effectId),
          made,
        );
        assert.deepEqual(await catalog.effects.ofAttempt(job.jobId, 2), []);
      });
    });
  });
};
