import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { operatorRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import { deployTemplate } from '../../dev/deployment/deploy-template.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
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

const BUCKET = 'second-library-444444444444';
const EXTERNAL_ID = 'second-service-account';

const ofOther = ({ local: { cloud, place, accounts } }: World) => ({
  endpoint: cloud.endpoint,
  region: place.region,
  credentials: cloud.admin.rootAccessKey(accounts.otherService.accountId),
});

/** Those of zones b and c: as an account without default subnets would have to name some. */
const subnetsOfOther = async (world: World): Promise<string[]> => {
  const ec2 = new EC2Client(ofOther(world));
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  ec2.destroy();
  const byZone = Subnets.toSorted((a, b) => String(a.AvailabilityZone).localeCompare(String(b.AvailabilityZone)));
  return byZone.slice(1).map(({ SubnetId = '' }) => SubnetId);
};

const subnetsOfGroup = async (world: World): Promise<string | undefined> => {
  const autoScaling = new AutoScalingClient(ofOther(world));
  const { AutoScalingGroups } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  autoScaling.destroy();
  return AutoScalingGroups?.[0]?.VPCZoneIdentifier;
};

/** As its owner and an operator do it together: access first, then the hypervisor, then what its nodes need. */
const addSecondService = async (world: World) => {
  const { local, operator } = world;
  const nodeSubnets = await subnetsOfOther(world);
  assert.equal(nodeSubnets.length, 2);
  const { accountId } = local.accounts.otherService;
  const { region } = local.place;
  const access = await operator.call(operatorRoutes.getServiceAccessTemplate, {
    query: { accountId, region, externalId: EXTERNAL_ID, libraryBucket: BUCKET },
  });
  const add = (roleArn: string, library?: { roleArn: string; maintenanceRoleArn: string; kmsKeyArn: string }) =>
    operator.call(operatorRoutes.addHypervisor, {
      body: {
        kind: 'service',
        name: 'second',
        accountId,
        region,
        auth: { method: 'assume-role', roleArn, externalId: EXTERNAL_ID },
        accessNodes: 'automatic',
        nodeSubnets,
        recoveryPublicKey: createRecoveryKeyPair(seededBytes(9)).publicKey,
        ...(library ? { library: { kind: 's3', bucket: BUCKET, prefix: 'holdfast', ...library } } : {}),
      },
    });
  await assert.rejects(
    add(`arn:aws:iam::${accountId}:role/holdfast-dev-management`),
    /refuse|denied|not authorized/i,
    'nobody has let us in yet',
  );

  const made = await deployTemplate(local.cloud, { accountId, region }, 'holdfast-access', access.template);
  const service = await add(String(made.ManagementRoleArn), {
    roleArn: String(made.LibraryRoleArn),
    maintenanceRoleArn: String(made.LibraryMaintenanceRoleArn),
    kmsKeyArn: String(made.LibraryKeyArn),
  });
  assert.equal(service.state, 'preparing');
  assert.equal(service.library, `s3://${BUCKET}/holdfast`);

  const params = { hypervisorId: service.hypervisorId };
  await assert.rejects(
    operator.call(operatorRoutes.checkHypervisor, { params }),
    /Not found in the account 444444444444/,
  );
  const { template } = await operator.call(operatorRoutes.getHypervisorTemplate, { params });
  await deployTemplate(local.cloud, { accountId, region }, 'holdfast-nodes', template);
  const ready = await operator.call(operatorRoutes.checkHypervisor, { params });
  assert.equal(ready.state, 'ready');
  assert.equal(await subnetsOfGroup(world), nodeSubnets.join(','));
  await operator.call(operatorRoutes.addServiceVmGroup, {
    params,
    body: { name: 'nodes', match: { all: true }, zone: `${region}c` },
  });
  assert.equal(await subnetsOfGroup(world), nodeSubnets[1], 'of those, the one in the zone of the VM group');
  const { complete, missing } = await operator.call(operatorRoutes.checkServicePermissions, { params });
  assert.deepEqual([complete, missing], [true, []]);
  return ready;
};

/** Sizes automatic nodes elsewhere: EventBridge Scheduler calls it every minute, which is long for a test. */
const sizeNodesOften = ({ local: { cloud, place } }: World): (() => void) => {
  const timer = setInterval(() => {
    cloud.kernel
      .call(cloud.admin.rootPrincipal(place.accountId), place.region, 'lambda', 'Invoke', {
        FunctionName: 'holdfast-dev-size-nodes',
        InvocationType: 'Event',
        Payload: Buffer.from('{}'),
      })
      .catch((error: unknown) => console.error('size-nodes', error));
  }, 2_000);
  return () => clearInterval(timer);
};

const backUpAndRestore = async (world: World, tenant: Tenant, seed: number) => {
  const instance = await instanceWithData(world, tenant, [1], { seed });
  const volumeId = instance.volumes[0]?.volumeId as string;
  const truth = (await hashesOf(world, [volumeId])).get(volumeId);
  const backup = await waitForJob(tenant, await startBackup(tenant, [instance.instanceId]));
  assert.equal(backup.state, 'completed', JSON.stringify(backup));
  const pointId = backup.instances?.[0]?.recoveryPointId as string;
  const restoreFrom = async () => {
    const restore = await waitForJob(tenant, await startRestore(tenant, pointId));
    assert.equal(restore.state, 'completed', JSON.stringify(restore));
    await waitForCleanup(world, restore.jobId);
    const restored = restore.instances?.[0]?.result?.volumes[0]?.volumeId as string;
    assert.equal((await hashesOf(world, [restored])).get(restored), truth, `${tenant.name} has its bytes again`);
  };
  await restoreFrom();
  return { pointId, restoreFrom };
};

test('A3: two service hypervisors side by side, one in another account; each tenant’s data is on its own side', async (t) => {
  const world = await openWorld(t);
  const { local, operator } = world;
  const [acme, globex] = world.tenants;
  const second = await addSecondService(world);
  const bind = (tenant: Tenant, serviceHypervisorId: string) =>
    operator.call(operatorRoutes.bindHypervisor, {
      params: { hypervisorId: tenant.hypervisorId },
      body: { serviceHypervisorId },
    });
  await bind(globex, second.hypervisorId);
  t.after(sizeNodesOften(world));

  const [ofAcme, ofGlobex] = await Promise.all([
    backUpAndRestore(world, acme, 11),
    backUpAndRestore(world, globex, 12),
  ]);

  await t.test('nodes of the other account came by themselves, from its template, and went', async () => {
    const params = { hypervisorId: second.hypervisorId };
    const { items } = await operator.call(operatorRoutes.listAccessNodes, { params });
    const { otherService } = local.accounts;
    for (const { origin, zone } of items) assert.deepEqual([origin, zone], ['automatic', `${local.place.region}c`]);
    const launched = await local.cloud.trail.records({ account: otherService.accountId, eventName: 'RunInstances' });
    assert.ok(launched.length > 0);
    const deadline = Date.now() + 120_000;
    while (local.launchedNodes.running.size > 0 && Date.now() < deadline) await sleep(500);
    assert.equal(local.launchedNodes.running.size, 0);
  });

  await t.test('data lies where the tenant’s service hypervisor keeps it', async () => {
    const { cloud, place, accounts } = local;
    const keysOf = async (accountId: string, Bucket: string): Promise<readonly string[]> => {
      const client = new S3Client({
        endpoint: cloud.endpoint,
        region: place.region,
        credentials: cloud.admin.rootAccessKey(accountId),
        forcePathStyle: true,
      });
      const { Contents = [], IsTruncated } = await client.send(new ListObjectsV2Command({ Bucket }));
      client.destroy();
      assert.equal(IsTruncated, false);
      return Contents.map(({ Key = '' }) => Key);
    };
    const theirs = await keysOf(accounts.otherService.accountId, BUCKET);
    assert.ok(theirs.length > 0);
    assert.ok(theirs.every((key) => key.startsWith(`holdfast/tenants/${globex.hypervisorId}/`)));
    const own = await keysOf(place.accountId, `holdfast-dev-library-${place.accountId}`);
    assert.ok(own.length > 0);
    assert.ok(own.every((key) => key.startsWith(`${world.serviceId}/tenants/${acme.hypervisorId}/`)));
  });

  await t.test('nobody removes what is in use, and the refusal names who uses it', async () => {
    const remove = (hypervisorId: string) =>
      operator.call(operatorRoutes.removeHypervisor, { params: { hypervisorId } });
    await assert.rejects(remove(second.hypervisorId), new RegExp(`globex \\(${globex.hypervisorId}\\)`));
    await bind(globex, world.serviceId);
    await assert.rejects(remove(second.hypervisorId), /recovery points: 1 of globex/);
    await assert.rejects(remove(globex.hypervisorId), new RegExp(ofGlobex.pointId));
  });

  await t.test('bound to the other one, a tenant restores what lies in the library of the first', async () => {
    await ofGlobex.restoreFrom();
    const view = await globex.api.call(tenantRoutes.getOwnHypervisor, {});
    assert.doesNotMatch(JSON.stringify(view), /444444444444|111111111111|library/);
  });

  await t.test('unbound, it keeps its recovery points, and is told who has to act', async () => {
    await operator.call(operatorRoutes.unbindHypervisor, {
      params: { hypervisorId: acme.hypervisorId },
      query: { leavePoints: 'true' },
    });
    await assert.rejects(startRestore(acme, ofAcme.pointId), /Your provider has to finish the set-up/);
    await bind(acme, world.serviceId);
    await ofAcme.restoreFrom();
    assert.equal((await leftInAccount(acme.ec2)).looseVolumes.length, 0);
  });
});
