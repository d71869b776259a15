import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { createApiClient } from '../../cli/api-client.ts';
import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { serviceAccountNames } from '../../core/domain/automatic-nodes.ts';
import { writeBytes } from '../../dev/demo/guest.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import {
  hashesOf,
  instanceWithData,
  openWorld,
  startBackup,
  startRestore,
  type Tenant,
  type World,
  waitForCleanup,
  waitForJob,
} from './world.ts';

const MIB = 1_048_576;

/** What Holdfast did in a tenant's account, as the account's own trail has it: each call names its job, each session its tenant. */
const callsOfOurs = async ({ local }: World, tenant: Tenant) => {
  const { items } = await tenant.api.call(tenantRoutes.listJobs, { query: { limit: 100 } });
  const jobs = items.map(({ jobId }) => jobId);
  const { user } = tenant;
  const records = await local.cloud.trail.records({ account: tenant.accountId });
  const foreign = records.filter(
    ({ userIdentity, errorCode }) =>
      userIdentity.accessKeyId !== user.accessKeyId && userIdentity.type !== 'Root' && !errorCode,
  );
  const sessions = foreign.filter(({ eventName }) => eventName === 'AssumeRole');
  const calls = foreign.filter((record) => !sessions.includes(record) && record.userIdentity.type !== 'AWSService');
  assert.ok(calls.length > 50, `${calls.length} calls`);
  for (const { eventName, userIdentity } of calls) {
    assert.match(
      userIdentity.arn,
      new RegExp(`^arn:aws:sts::${tenant.accountId}:assumed-role/holdfast-tenant/`),
      eventName,
    );
    // the check when the hypervisor was added belongs to no job
    const of = userIdentity.sourceIdentity ?? 'nobody';
    assert.ok(
      jobs.includes(of) || (of === 'holdfast-check' && eventName === 'GetCallerIdentity'),
      `${eventName} of ${of}`,
    );
  }
  for (const { requestParameters } of sessions) {
    const {
      SourceIdentity,
      RoleSessionName,
      Tags = [],
    } = requestParameters as {
      SourceIdentity?: string;
      RoleSessionName?: string;
      Tags?: { Key: string; Value: string }[];
    };
    assert.ok(SourceIdentity !== undefined && SourceIdentity === RoleSessionName);
    if (SourceIdentity === 'holdfast-check') continue;
    assert.ok(jobs.includes(SourceIdentity), SourceIdentity);
    assert.deepEqual(Tags, [{ Key: 'holdfast:tenant', Value: tenant.hypervisorId }]);
  }
  return { jobs, calls: calls.length, sessions: sessions.length };
};

/** A tenant's day: full, work, incremental; then both points are restored and compared. */
const liveThrough = async (world: World, tenant: Tenant, seed: number) => {
  const instance = await instanceWithData(world, tenant, [1, 2], { seed });
  const volumeIds = instance.volumes.map(({ volumeId }) => volumeId);
  const [root, data] = volumeIds as [string, string];

  const truths = [await hashesOf(world, volumeIds)];
  const full = await waitForJob(tenant, await startBackup(tenant, [instance.instanceId], { level: 'full' }));
  assert.equal(full.state, 'completed', JSON.stringify(full));
  assert.deepEqual(
    full.instances?.[0]?.volumes?.map(({ level }) => level),
    ['full', 'full'],
  );
  const { volumes: fullVolumes = [], counters: ofAll } = full.instances?.[0] ?? {};
  assert.ok(fullVolumes.every(({ plannedBytes = 0, doneBytes }) => plannedBytes > 0 && doneBytes === plannedBytes));
  assert.deepEqual(
    (['bytes', 'zero', 'stored', 'storedBytes'] as const).map((name) =>
      fullVolumes.reduce((sum, { counters }) => sum + (counters?.[name] ?? Number.NaN), 0),
    ),
    [ofAll?.bytes, ofAll?.zero, ofAll?.stored, ofAll?.storedBytes],
    'what was moved of each volume is what was moved of the instance',
  );

  await writeBytes(world.local, data, 5 * MIB, seededBytes(seed + 1)(MIB));
  await writeBytes(world.local, data, 7 * 4_096, Buffer.alloc(MIB));
  await writeBytes(world.local, root, 900 * MIB, seededBytes(seed + 2)(1_000));
  truths.push(await hashesOf(world, volumeIds));
  const incremental = await waitForJob(tenant, await startBackup(tenant, [instance.instanceId]));
  assert.equal(incremental.state, 'completed', JSON.stringify(incremental));
  assert.deepEqual(
    incremental.instances?.[0]?.volumes?.map(({ level }) => level),
    ['incremental', 'incremental'],
  );
  const moved = incremental.instances?.[0]?.counters;
  assert.ok(moved && moved.transferred <= 8, `only what changed is read: ${JSON.stringify(moved)}`);

  await waitForCleanup(world, incremental.jobId);
  const { snapshots, images, looseVolumes } = await leftInAccount(tenant.ec2);
  assert.equal(snapshots.length, 2, 'one snapshot a volume, for the next incremental');
  assert.deepEqual([...images, ...looseVolumes], []);

  for (const [index, backup] of [full, incremental].entries()) {
    const restore = await waitForJob(
      tenant,
      await startRestore(tenant, backup.instances?.[0]?.recoveryPointId as string),
    );
    assert.equal(restore.state, 'completed', JSON.stringify(restore));
    const result = restore.instances?.[0]?.result;
    assert.equal(result?.volumes.length, 2);
    assert.equal(result?.volumeTagsLeftOut, 2, 'the volumes’ owner tags');
    const restored = await hashesOf(world, result?.volumes.map(({ volumeId }) => volumeId) ?? []);
    for (const { volumeId, sourceVolumeId } of result?.volumes ?? []) {
      assert.equal(
        restored.get(volumeId),
        truths[index]?.get(sourceVolumeId),
        `${sourceVolumeId} as of backup ${index + 1}`,
      );
    }
    await waitForCleanup(world, restore.jobId);
  }
  const left = await leftInAccount(tenant.ec2);
  assert.deepEqual(
    [left.snapshots.length, left.images.length, left.looseVolumes.length, left.instances.length],
    [2, 0, 0, 3],
  );
  return {
    instance,
    points: [full, incremental].map((job) => job.instances?.[0]?.recoveryPointId as string),
    jobId: full.jobId,
  };
};

test('O1, T4: two tenants back up and restore at the same time; every byte is identical, and neither sees the other', async (t) => {
  const world = await openWorld(t);
  const [acme, globex] = world.tenants;
  const [ofAcme, ofGlobex] = await Promise.all([liveThrough(world, acme, 10), liveThrough(world, globex, 20)]);

  await t.test('each lists its own recovery points and jobs only', async () => {
    for (const [tenant, own] of [
      [acme, ofAcme],
      [globex, ofGlobex],
    ] as const) {
      const points = await tenant.api.call(tenantRoutes.listRecoveryPoints, {});
      assert.deepEqual(points.items.map(({ recoveryPointId }) => recoveryPointId).sort(), [...own.points].sort());
      const jobs = await tenant.api.call(tenantRoutes.listJobs, {});
      assert.equal(jobs.items.length, 4);
    }
  });

  await t.test('another tenant’s recovery point, job and instance are as good as absent', async () => {
    const refused = async (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'answered',
        (error: Error & { problem?: unknown }) => `${error.message} ${JSON.stringify(error.problem ?? '')}`,
      );
    const foreign = ofGlobex.points[0] as string;
    const absent = `rp-${'0'.repeat(32)}`;
    const same = (text: string): string => text.replaceAll(foreign, 'ID').replaceAll(absent, 'ID');
    assert.equal(same(await refused(startRestore(acme, foreign))), same(await refused(startRestore(acme, absent))));
    assert.match(await refused(startRestore(acme, foreign)), /recovery point/i);
    assert.notEqual(
      await refused(acme.api.call(tenantRoutes.getJob, { params: { jobId: ofGlobex.jobId } })),
      'answered',
    );

    const job = await waitForJob(acme, await startBackup(acme, [ofGlobex.instance.instanceId]));
    assert.equal(job.state, 'failed');
    assert.equal(job.error?.name, 'InstanceNotFound');
    await waitForCleanup(world, job.jobId);
    assert.equal((await leftInAccount(globex.ec2)).snapshots.length, 2, 'nothing was taken in the other account');
  });

  await t.test('a tenant may not call an operator’s route', async () => {
    const route = { ...operatorTenantRoutes.listJobs, path: `/operator/tenants/${globex.hypervisorId}/jobs` };
    await assert.rejects(acme.api.call(route, {}));
  });

  await t.test(
    'nor may an access node’s role, though it is of the service account: no operator’s route at all',
    async () => {
      const { cloud, place, apiUrl } = world.local;
      const { nodeControlRoleName } = serviceAccountNames(place.stage, world.serviceId);
      const session = cloud.admin.credentialsForRole(
        `arn:aws:iam::${place.accountId}:role/${nodeControlRoleName}`,
        'node',
      );
      const node = createApiClient({
        url: new URL(apiUrl),
        region: place.region,
        credentials: async () => ({
          accessKeyId: session.AccessKeyId,
          secretAccessKey: session.SecretAccessKey,
          sessionToken: session.SessionToken,
        }),
      });
      const routes = [
        ...Object.values(operatorRoutes),
        ...Object.values(operatorTenantRoutes).map((route) => ({
          ...route,
          path: `${operatorTenantPrefix}${route.path}`,
        })),
      ];
      const ids = {
        hypervisorId: globex.hypervisorId,
        jobId: ofGlobex.jobId,
        recoveryPointId: ofGlobex.points[0] as string,
      };
      const others = {
        groupId: 'vmg-00000001',
        quarantinedId: 'ord-00000001',
        planId: 'plan-00000001',
        nodeId: 'node-00000001',
        runId: 'run-00000001',
        approvalId: 'apr-00000001',
      };
      const params = { ...ids, ...others };
      for (const route of routes) {
        await assert.rejects(
          node.call({ ...route, body: z.unknown() }, { params, ...(route.method === 'GET' ? {} : { body: {} }) }),
          { name: 'AccessDenied' },
          `${route.method} ${route.path}`,
        );
      }
    },
  );

  await t.test(
    'every call in a tenant’s account was made by that tenant’s role, for a job of that tenant, and says so',
    async () => {
      const all: Awaited<ReturnType<typeof callsOfOurs>>[] = [];
      for (const tenant of world.tenants) all.push(await callsOfOurs(world, tenant));
      const [ofAcme, ofGlobex] = all;
      assert.ok(ofAcme && ofGlobex);
      assert.deepEqual(
        ofAcme.jobs.filter((jobId) => ofGlobex.jobs.includes(jobId)),
        [],
      );
      t.diagnostic(
        `${ofAcme.calls + ofGlobex.calls} calls in tenants’ accounts, 0 without SourceIdentity; ${ofAcme.sessions + ofGlobex.sessions} sessions, 0 without tag`,
      );
      for (const tenant of world.tenants) {
        const records = await world.local.cloud.trail.records({
          account: tenant.accountId,
          eventName: 'CreateSnapshots',
        });
        assert.ok(records.length >= 2);
        for (const { userIdentity } of records) {
          assert.match(
            userIdentity.arn ?? '',
            new RegExp(`^arn:aws:sts::${tenant.accountId}:assumed-role/holdfast-tenant/`),
          );
        }
      }
    },
  );
});
