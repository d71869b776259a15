/** What access nodes count is what the local cloud has seen of them: each call, of each kind of work. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JobView, operatorRoutes, operatorTenantPrefix, operatorTenantRoutes } from '../../core/contracts/api.ts';
import type { BilledCalls } from '../../core/contracts/billed-calls.ts';
import type { CostsPage, TenantCost } from '../../core/contracts/costs.ts';
import { moreCalls } from '../../core/domain/billed-calls.ts';
import { meter } from '../../dev/cost/meter.ts';
import { writeBytes } from '../../dev/demo/guest.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import type { TrailMark } from '../../local/trail/trail.ts';
import { eventually, pointOf, run } from './tenant-days.ts';
import { instanceWithData, openWorld, type Tenant, type World, waitForCleanup } from './world.ts';

const MIB = 1_048_576;
const SERVICES = ['ebs', 's3', 'kms'].map((name) => `${name}.amazonaws.com`);

/**
 * By the other side: what was called with the sessions that orders were given. Of the tenant's role functions have sessions
 * too, which list blocks when they plan; none of them moves one.
 */
const seenSince = async ({ local }: World, since: TrailMark): Promise<BilledCalls> => {
  const calls = await local.cloud.trail.records({
    since,
    where: ({ eventSource, userIdentity }) =>
      SERVICES.includes(eventSource) &&
      userIdentity.type === 'AssumedRole' &&
      userIdentity.sourceIdentity !== undefined,
  });
  const movers = new Set(
    calls
      .filter(({ eventName }) => /^(Get|Put)SnapshotBlock$/.test(eventName))
      .map(({ userIdentity }) => userIdentity.accessKeyId),
  );
  const counted = meter(
    calls
      .filter(
        ({ eventName, userIdentity }) => !/^List.*Blocks$/.test(eventName) || movers.has(userIdentity.accessKeyId),
      )
      .map(({ eventSource, eventName, recipientAccountId }) => ({
        ...{ account: recipientAccountId, action: eventName, outcome: 'ok', count: 1 },
        service: eventSource.replace('.amazonaws.com', ''),
      })),
    0,
  );
  return {
    blocksRead: counted['EBS direct: blocks read'],
    blocksWritten: counted['EBS direct: blocks written'],
    blockLists: counted['EBS direct: lists'],
    s3Puts: counted['S3: PUT, LIST'],
    s3Gets: counted['S3: GET, HEAD'],
    kms: counted['KMS: requests'],
  };
};

const costs = ({ operator }: World, month?: string): Promise<CostsPage> =>
  operator.call(operatorRoutes.listCosts, { query: month === undefined ? {} : { month } });
const costOf = async (world: World, { hypervisorId }: Tenant, month?: string): Promise<TenantCost> => {
  const found = (await costs(world, month)).items.find(({ tenantId }) => tenantId === hypervisorId);
  assert.ok(found);
  return found;
};

const jobOf = ({ operator }: World, { hypervisorId }: Tenant, jobId: string): Promise<JobView> =>
  operator.call(
    { ...operatorTenantRoutes.getJob, path: `${operatorTenantPrefix}/jobs/{jobId}` } as never,
    {
      params: { hypervisorId, jobId },
    } as never,
  );

test('a full, an incremental, a restore and a check cost what the cloud has seen, to the call; no other tenant pays', {
  timeout: 600_000,
}, async (t) => {
  const world = await openWorld(t, { nodes: 2 });
  const [acme, globex] = world.tenants;
  const { trail } = world.local.cloud;
  const { instanceId, volumes } = await instanceWithData(world, acme, [3], { seed: 71, mibPerPage: 60 });

  const spent = async (work: () => Promise<{ readonly jobId?: string }>): Promise<BilledCalls> => {
    const before = await costOf(world, acme);
    const since = trail.mark();
    const { jobId } = await work();
    if (jobId) await waitForCleanup(world, jobId);
    const seen = await seenSince(world, since);
    const counted = moreCalls((await costOf(world, acme)).calls, before.calls);
    assert.deepEqual(counted, seen);
    if (jobId) assert.deepEqual((await jobOf(world, acme, jobId)).billed?.calls, counted, 'so says the job');
    return counted;
  };

  const points: string[] = [];
  const backUp = async () => {
    const job = await run(world, acme, 'startBackup', { instanceIds: [instanceId] });
    points.push(pointOf(job));
    return job;
  };
  const full = await spent(backUp);
  assert.ok(full.blocksRead >= 16 && full.s3Puts > 0 && full.s3Gets > 0 && full.kms > 0, JSON.stringify(full));
  await writeBytes(world.local, volumes[0]?.volumeId ?? '', 64 * MIB, seededBytes(72)(MIB));
  const incremental = await spent(backUp);
  assert.ok(incremental.blocksRead >= 2 && incremental.blocksRead < full.blocksRead, JSON.stringify(incremental));
  const [, recoveryPointId = ''] = points;
  const restore = await spent(() => run(world, acme, 'startRestore', { recoveryPointId, target: { kind: 'volumes' } }));
  assert.ok(restore.blocksWritten >= 18 && restore.blocksRead === 0, JSON.stringify(restore));
  const check = await spent(async () => {
    const startRun = { ...operatorTenantRoutes.startLibraryRun, path: `${operatorTenantPrefix}/library-runs` };
    const params = { hypervisorId: acme.hypervisorId };
    const body = { task: 'check', depth: 'everything' };
    const { runId } = await world.operator.call(startRun as never, { params, body } as never);
    await eventually(
      `the library run ${runId}`,
      () =>
        world.operator.call(
          { ...operatorTenantRoutes.getLibraryRun, path: `${operatorTenantPrefix}/library-runs/{runId}` } as never,
          { params: { ...params, runId } } as never,
        ),
      (each: { state: string }) => each.state === 'completed',
    );
    return {};
  });
  assert.ok(check.s3Gets > 0 && check.blocksRead === 0, JSON.stringify(check));

  const { library, nanoUsd, calls } = await costOf(world, acme);
  assert.ok(library && library.packBytes > 8 * MIB, 'the check has counted the library');
  assert.equal(nanoUsd.blocksRead, calls.blocksRead * 3_000);
  assert.equal(nanoUsd.s3Puts, calls.s3Puts * 5_000);
  assert.equal(nanoUsd.library, Math.round((library.packBytes / 1_073_741_824) * 23_000_000));
  const { total, ...parts } = nanoUsd;
  assert.equal(
    total,
    Object.values(parts).reduce((sum, part) => sum + part, 0),
  );
  const idle = await costOf(world, globex);
  assert.deepEqual([idle.nanoUsd.total, idle.library], [0, undefined], 'another tenant has cost nothing');
  assert.equal((await costOf(world, acme, '2020-02')).nanoUsd.total, 0, 'nor has this one before it was there');
});
