import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plannedIn, reportedPlan } from '../../access-node/orders/maintenance-outcome.ts';
import type { PrunePlan } from '../../library/prune-plan.ts';

const PAGES = 250_000;
const plan: PrunePlan = {
  expired: ['rp-1'],
  unfinished: [],
  unnamed: [],
  maps: 1,
  pages: Array.from({ length: PAGES }, (_, at) => at.toString(16).padStart(64, '0')),
  packs: { delete: ['aa'], rewrite: [], gone: [], kept: 7 },
  indexObjects: 1,
  bytesGivenBack: 1,
  bytesToRewrite: 0,
  recoveryPoints: 3,
  lostBlocks: 0,
  damaged: [],
};

test('the report of a prune that deletes very many pages names the first of them, and counts all', () => {
  const report = reportedPlan(plan);
  assert.deepEqual(report.pages, plan.pages.slice(0, 100_000));
  assert.deepEqual(report.more, { pages: PAGES - 100_000 });
  assert.deepEqual([report.expired, report.packs], [plan.expired, plan.packs]);
  assert.equal(plannedIn(plan).pages, PAGES);
});
