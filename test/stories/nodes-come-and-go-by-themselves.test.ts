import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { operatorRoutes } from '../../core/contracts/api.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { changeAutoScalingSettings } from '../../local/autoscaling/settings.ts';
import { instanceWithData, openWorld, startBackup, type World, waitForCleanup, waitForJob } from './world.ts';

const eventually = async <T>(
  what: string,
  look: () => Promise<T>,
  until: (value: T) => boolean,
  seconds = 180,
): Promise<T> => {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const value = await look();
    if (until(value)) return value;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}; it is ${JSON.stringify(value)}`);
    await sleep(250);
  }
};

const nodesOf = async ({ operator }: World, hypervisorId: string) =>
  (await operator.call(operatorRoutes.listAccessNodes, { params: { hypervisorId } })).items;

test('O5, O6: automatic access nodes come from the VM group’s zone when a job waits, and go when there is nothing to do', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const { operator, local } = world;
  const [acme] = world.tenants;
  changeAutoScalingSettings(local.cloud.kernel.store, { evaluationMs: 500, scaleInEvaluations: 4 });

  const service = await operator.call(operatorRoutes.addHypervisor, {
    body: {
      kind: 'service',
      name: 'automatic',
      accountId: SERVICE_ACCOUNT,
      region: local.place.region,
      auth: { method: 'iam-role' },
      accessNodes: 'automatic',
      recoveryPublicKey: createRecoveryKeyPair(seededBytes(2)).publicKey,
    },
  });
  assert.equal(service.state, 'ready');
  const serviceHypervisorId = service.hypervisorId;
  const bind = () =>
    operator.call(operatorRoutes.bindHypervisor, {
      params: { hypervisorId: acme.hypervisorId },
      body: { serviceHypervisorId },
    });
  await assert.rejects(bind(), /access nodes must be added by hand/, 'O6: no VM group, no nodes');

  const params = { hypervisorId: serviceHypervisorId };
  const zone = `${local.place.region}b`;
  await assert.rejects(
    operator.call(operatorRoutes.addServiceVmGroup, {
      params,
      body: { name: 'nowhere', match: { all: true }, zone: `${local.place.region}z` },
    }),
    /eu-central-1z/,
  );
  assert.deepEqual((await operator.call(operatorRoutes.listServiceVmGroups, { params })).items, []);
  await operator.call(operatorRoutes.addServiceVmGroup, {
    params,
    body: { name: 'nodes', match: { all: true }, zone },
  });
  await bind();
  assert.deepEqual(await nodesOf(world, serviceHypervisorId), [], 'none without work');

  const instance = await instanceWithData(world, acme, [1], { seed: 5 });
  const jobId = await startBackup(acme, [instance.instanceId]);
  const [node] = await eventually(
    'a node registers',
    () => nodesOf(world, serviceHypervisorId),
    (nodes) => nodes.some(({ status }) => status === 'online' || status === 'busy'),
  );
  assert.deepEqual([node?.origin, node?.zone, node?.os], ['automatic', zone, 'linux']);
  assert.match(node?.ec2InstanceId ?? '', /^i-/);
  const job = await waitForJob(acme, jobId);
  assert.equal(job.state, 'completed', JSON.stringify(job));
  await waitForCleanup(world, jobId);

  await eventually(
    'the nodes are gone',
    () => nodesOf(world, serviceHypervisorId),
    (nodes) => nodes.length === 0,
  );
  assert.equal(local.launchedNodes.running.size, 0);
});
