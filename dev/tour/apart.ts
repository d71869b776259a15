import assert from 'node:assert/strict';
import { tenantRoutes } from '../../core/contracts/api.ts';
import type { TourTenant } from './tenant.ts';
import type { Tour } from './world.ts';

const LATEST = { limit: 100 } as const;

/** The newest of what a tenant has: what a row has just made is among it. */
const newestOf = async ({ api }: TourTenant) => ({
  jobs: (await api.call(tenantRoutes.listJobs, { query: LATEST })).items.map(({ jobId }) => jobId),
  points: (await api.call(tenantRoutes.listRecoveryPoints, { query: { ...LATEST, state: 'all' } })).items.map(
    ({ recoveryPointId }) => recoveryPointId,
  ),
});

/** Neither of the two tenants sees, or can restore, what the other has: looked at after every row. */
export const assertApart = async (tour: Tour): Promise<void> => {
  const tenants = [await tour.acme(), await tour.globex()] as const;
  const [first, second] = [await newestOf(tenants[0]), await newestOf(tenants[1])];
  for (const kind of ['jobs', 'points'] as const)
    assert.ok(
      !first[kind].some((id) => second[kind].includes(id)),
      `${tenants[0].name} and ${tenants[1].name} see the same ${kind}`,
    );
  for (const [stranger, theirs] of [
    [tenants[1], first],
    [tenants[0], second],
  ] as const) {
    const [jobId] = theirs.jobs;
    const [recoveryPointId] = theirs.points;
    const unknown = { name: 'NotFound' };
    if (jobId) await assert.rejects(stranger.api.call(tenantRoutes.getJob, { params: { jobId } }), unknown);
    if (!recoveryPointId) continue;
    const params = { recoveryPointId };
    await assert.rejects(stranger.api.call(tenantRoutes.getRecoveryPoint, { params }), unknown);
    await assert.rejects(stranger.api.call(tenantRoutes.startRestore, { body: params }), unknown);
  }
};
