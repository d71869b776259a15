import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DisableKeyCommand, KMSClient, PutKeyPolicyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import type { LibraryRunView } from '../../core/contracts/library-runs.ts';
import { runCli } from '../../dev/cli.ts';
import { writeBytes } from '../../dev/demo/guest.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { pageName } from '../../library/names.ts';
import { eventually, pointOf, restored, run } from '../stories/tenant-days.ts';
import { hashesOf, instanceWithData, openWorld, type Tenant, type World } from '../stories/world.ts';
import { bucketPaths, type DestructivePath, rootS3 } from './vault-paths.ts';
import { type Content, openVault } from './vault-reader.ts';
import { writerPaths } from './writer-paths.ts';

const DAY = 86_400_000;
const below = <R extends { readonly path: string }>(route: R) => ({
  ...route,
  path: `${operatorTenantPrefix}${route.path}`,
});

/** A library run, as operators ask for it, until it has ended or waits. Throws where it is refused or fails. */
const libraryRun = async ({ operator }: World, { hypervisorId }: Tenant, body: object): Promise<LibraryRunView> => {
  const started = (await operator.call(below(operatorTenantRoutes.startLibraryRun), {
    params: { hypervisorId },
    body,
  } as never)) as LibraryRunView;
  const ended = await eventually(
    `the library run ${started.runId}`,
    () =>
      operator.call(below(operatorTenantRoutes.getLibraryRun), {
        params: { hypervisorId, runId: started.runId },
      } as never) as Promise<LibraryRunView>,
    ({ state }) => ['completed', 'failed', 'cancelled'].includes(state),
    // a node that was starved of its heartbeats loses its order for a minute
    300,
  );
  if (ended.state !== 'completed') throw new Error(`${ended.task} ${ended.state}: ${JSON.stringify(ended.error)}`);
  return ended;
};

test('threats, backups: a full administrator tries every destructive path, and no recovery point in the vault is lost', {
  timeout: 900_000,
}, async (t) => {
  const world = await openWorld(t, {
    lock: 'compliance',
    overrides: { pruneWindowSeconds: '3', heartbeatSeconds: '5' },
  });
  const [acme] = world.tenants;
  const { cloud, place, accounts } = world.local;
  const { hypervisorId } = acme;
  const instance = await instanceWithData(world, acme, [3], { seed: 71, mibPerPage: 2 });
  const volumeId = instance.volumes[0]?.volumeId ?? '';
  const { planId } = await acme.api.call(tenantRoutes.addPlan, {
    body: { name: 'vault', retention: { days: 14, count: 1 } },
  });
  const first = pointOf(await run(world, acme, 'startBackup', { instanceIds: [instance.instanceId], planId }));
  const truth = await hashesOf(world, [volumeId]);
  const vault = openVault(world, acme);
  t.after(() => vault.close());
  // Whoever may extend locks extends one map's: the next backup, which is promised for longer, must not believe it.
  const forged = { mode: 'compliance' as const, until: Date.now() + 3_600 * DAY };
  await vault.store.keepUntil(`maps/${first}/${volumeId}`, forged);
  const body = { name: 'vault', retention: { days: 90, count: 1 } };
  await acme.api.call(tenantRoutes.replacePlan, { params: { planId }, body });
  await writeBytes(world.local, volumeId, 7 * 4_096, seededBytes(711)(1_048_576));
  const second = pointOf(await run(world, acme, 'startBackup', { instanceIds: [instance.instanceId], planId }));
  const points = [first, second];

  const before = await vault.read(points);
  assert.ok(before.size > 8, `${before.size} blocks`);

  await t.test('what was promised is locked: every object of both points for the 14 days of the plan', async () => {
    for (const recoveryPointId of points) {
      const point = await acme.api.call(tenantRoutes.getRecoveryPoint, { params: { recoveryPointId } });
      assert.ok(Date.parse(point.lockedUntil ?? '') >= Date.parse(point.takenAt) + 14 * DAY, point.lockedUntil);
    }
    const promised = Math.min(
      ...(await Promise.all(points.map((id) => vault.store.lockedUntil(`points/${id}`)))).map((until) => until ?? 0),
    );
    let locked = 0;
    for await (const { key, versionId } of vault.store.versions('')) {
      if (/^(index|condemned|prune)\//.test(key)) continue;
      const until = (await vault.store.lockedUntil(key, versionId)) ?? 0;
      assert.ok(until >= promised, `${key} is locked until ${new Date(until).toISOString()}`);
      locked++;
    }
    assert.ok(locked >= 10, `${locked} objects`);
  });

  await t.test(
    'what the second point needs is locked for the 90 days of its own, whatever the first one’s map says',
    async () => {
      const until = (await vault.store.lockedUntil(`points/${second}`)) ?? 0;
      assert.ok(until >= Date.now() + 89 * DAY);
      const map = await vault.mapOf(second, volumeId);
      const shared = (await vault.mapOf(first, volumeId)).pages.filter(({ id }) => id !== 'zero');
      assert.ok(shared.some(({ id, page }) => map.pages[page]?.id === id));
      for (const { id, versionId } of map.pages.filter((page) => page.id !== 'zero'))
        assert.ok(((await vault.store.lockedUntil(pageName(id), versionId)) ?? 0) >= until, id);
      const { outcome } = await libraryRun(world, acme, { task: 'check', depth: 'everything' });
      assert.deepEqual(outcome?.task === 'check' && outcome.findings, []);
    },
  );

  let tried = 0;
  const outcomes = { refused: 0, harmless: 0, lost: [] as string[] };
  /** Then looks whether both points can be read whole, after the repair that the run-book prescribes. */
  const attempt = async ({ name, attempt: destroy }: DestructivePath, after?: () => Promise<unknown>) => {
    tried++;
    let refusal: unknown;
    try {
      await destroy();
    } catch (error) {
      refusal = error;
    }
    await after?.();
    const read = (): Promise<Content> => vault.read(points);
    const now = await read().catch(async () => {
      await vault.repair();
      return read();
    });
    const same = now.size === before.size && [...before].every(([at, sha]) => now.get(at) === sha);
    if (!same) outcomes.lost.push(name);
    else if (refusal) outcomes.refused++;
    else outcomes.harmless++;
  };

  await t.test('through the API and the CLI', async () => {
    const params = { hypervisorId };
    const cli = (...args: string[]): DestructivePath => ({
      name: `holdfast ${args.join(' ')}`,
      attempt: async () => {
        const { exitCode, stdout, stderr } = await runCli(world.local, accounts.operator, args);
        if (exitCode !== 0) throw new Error(`${stdout} ${stderr}`);
      },
    });
    const paths: DestructivePath[] = [
      {
        name: 'API: the service hypervisor is removed',
        attempt: () =>
          world.operator.call(operatorRoutes.removeHypervisor, { params: { hypervisorId: world.serviceId } }),
      },
      {
        name: 'API: the tenant hypervisor is removed',
        attempt: () => world.operator.call(operatorRoutes.removeHypervisor, { params }),
      },
      {
        name: 'API: the tenant is unbound, its points left',
        attempt: () => world.operator.call(operatorRoutes.unbindHypervisor, { params, query: { leavePoints: 'true' } }),
      },
      {
        name: 'API: the plan’s retention is cut to one point, and run',
        attempt: async () => {
          const body = { name: 'vault', retention: { count: 1 } };
          await acme.api.call(tenantRoutes.replacePlan, { params: { planId }, body });
          const { token, removes } = await acme.api.call(tenantRoutes.planRetention, {});
          assert.deepEqual(removes, [], 'retention removes nothing that is locked');
          await acme.api.call(tenantRoutes.runRetention, { body: { token } });
        },
      },
      {
        name: 'API: the plan is removed, and retention run',
        attempt: async () => {
          await acme.api.call(tenantRoutes.removePlan, { params: { planId } });
          const { token } = await acme.api.call(tenantRoutes.planRetention, {});
          await acme.api.call(tenantRoutes.runRetention, { body: { token } });
        },
      },
      {
        name: 'API: a prune that accepts damage',
        attempt: () => libraryRun(world, acme, { task: 'prune', acceptDamage: true }),
      },
      cli('hypervisor', 'remove', world.serviceId, '--yes'),
      cli('hypervisor', 'unbind', hypervisorId, '--leave-points', '--yes'),
      cli('library', 'prune', hypervisorId, '--accept-damage', '--wait'),
    ];
    for (const path of paths) await attempt(path);
    await assert.rejects(
      world.operator.call(operatorRoutes.unbindHypervisor, { params, query: { leavePoints: 'true' } }),
      /vault/,
    );
  });

  await t.test('through the session of a writer’s order, on a node that was taken over', async () => {
    const { refused } = outcomes;
    const paths = await writerPaths(
      world,
      acme,
      vault.prefix,
      (await vault.store.lockedUntil(`points/${second}`)) ?? 0,
    );
    for (const path of paths) await attempt(path);
    assert.equal(outcomes.refused - refused, paths.length, 'each is refused');
  });

  const s3 = rootS3(world);
  const Bucket = `holdfast-dev-library-${place.accountId}`;
  await t.test('through S3, as the account’s root user', async () => {
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    for (const path of await bucketPaths(world, vault.prefix)) {
      const isShutOut = path.name === 'a bucket policy shuts everybody out';
      await attempt(path, isShutOut ? () => s3.send(new PutBucketPolicyCommand({ Bucket, Policy })) : undefined);
    }
  });

  await t.test('when everything is hidden, a repair by the operator lets the tenant restore, identical', async () => {
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: `${vault.prefix}/` }));
    for (const Key of new Set(Versions.map((version) => version.Key)))
      await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const { outcome } = await libraryRun(world, acme, { task: 'repair' });
    assert.ok(outcome?.task === 'repair' && (outcome.putBackObjects ?? 0) > 8, JSON.stringify(outcome));
    assert.equal(outcome.lostInAll, 0);
    await restored(world, acme, truth, { recoveryPointId: first, target: { kind: 'volumes' } });
  });

  await t.test('through the catalog, KMS and IAM', async () => {
    const settings = {
      endpoint: cloud.endpoint,
      region: place.region,
      credentials: cloud.admin.rootAccessKey(place.accountId),
    };
    const dynamo = new DynamoDBClient(settings);
    const catalog = createDynamoCatalog({ client: dynamo, table: 'holdfast-dev' });
    const kms = new KMSClient(settings);
    const service = await catalog.hypervisors.get(world.serviceId);
    assert.ok(service?.kind === 'service');
    const KeyId = service.mediaAgent.kmsKeyArn;
    const forge = (change: object) => async () => {
      for (const id of points) await catalog.points.update(hypervisorId, id, change);
      await libraryRun(world, acme, { task: 'prune' });
    };
    const keyPolicy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${place.accountId}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    };
    const paths: DestructivePath[] = [
      {
        name: 'the records say: not locked, expired; then a prune',
        attempt: forge({ lockedUntil: 0, state: 'expired' }),
      },
      { name: 'the records say: abandoned; then a prune', attempt: forge({ lockedUntil: 0, state: 'abandoned' }) },
      {
        name: 'the hypervisor’s record says: no lock; then a prune',
        attempt: async () => {
          const { lock: _, ...mediaAgent } = service.mediaAgent;
          await catalog.hypervisors.updateService(world.serviceId, { mediaAgent } as never);
          await forge({ lockedUntil: 0, state: 'expired' })();
        },
      },
      {
        name: 'the KMS key is deleted',
        attempt: () => kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
      },
      { name: 'the KMS key is disabled', attempt: () => kms.send(new DisableKeyCommand({ KeyId })) },
      {
        name: 'the KMS key’s policy is replaced, and the key deleted',
        attempt: async () => {
          await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify(keyPolicy) }));
          await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
        },
      },
      {
        name: 'the library’s roles are deleted',
        attempt: async () => {
          for (const name of ['library', 'library-maintenance'])
            cloud.admin.deleteRole(place.accountId, `holdfast-dev-${name}`);
        },
      },
      {
        name: 'the table is deleted',
        attempt: () => dynamo.send(new DeleteTableCommand({ TableName: 'holdfast-dev' })),
      },
    ];
    for (const path of paths) await attempt(path);
  });

  const { refused, harmless, lost } = outcomes;
  t.diagnostic(
    `${tried} destructive paths as a full administrator: ${refused} refused, ${harmless} took effect and lost nothing, ${lost.length} lost a recovery point`,
  );
  assert.ok(tried >= 50, `${tried} paths`);
  assert.deepEqual(lost, []);
});
