import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { operatorRoutes } from '../../core/contracts/api.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { changeAutoScalingSettings } from '../../local/autoscaling/settings.ts';
import { instanceWithData, openWorld, startBackup, waitForCleanup, waitForJob } from './world.ts';

test('an automatic node that drains is ended, and another comes for the job that waits', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const { operator, local } = world;
  const [acme] = world.tenants;
  const { cloud, place } = local;
  // The policy does nothing of itself: what comes and goes is the control plane's doing.
  changeAutoScalingSettings(cloud.kernel.store, { evaluationMs: 600_000 });
  const service = await operator.call(operatorRoutes.addHypervisor, {
    body: {
      kind: 'service',
      name: 'automatic',
      accountId: SERVICE_ACCOUNT,
      region: place.region,
      auth: { method: 'iam-role' },
      accessNodes: 'automatic',
      recoveryPublicKey: createRecoveryKeyPair(seededBytes(4)).publicKey,
    },
  });
  const params = { hypervisorId: service.hypervisorId };
  await operator.call(operatorRoutes.addServiceVmGroup, { params, body: { name: 'nodes', match: { all: true } } });
  await operator.call(operatorRoutes.bindHypervisor, {
    params: { hypervisorId: acme.hypervisorId },
    body: { serviceHypervisorId: service.hypervisorId },
  });
  const autoScaling = new AutoScalingClient({
    endpoint: cloud.endpoint,
    region: place.region,
    credentials: cloud.admin.rootAccessKey(SERVICE_ACCOUNT),
  });
  t.after(() => autoScaling.destroy());
  const groupOf = async () => {
    const { AutoScalingGroups = [] } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
    const [group] = AutoScalingGroups.filter(({ Tags }) => Tags?.some(({ Value }) => Value === service.hypervisorId));
    return {
      name: group?.AutoScalingGroupName,
      instances: group?.Instances?.map(({ InstanceId }) => InstanceId) ?? [],
    };
  };
  const nodes = async () => (await operator.call(operatorRoutes.listAccessNodes, { params })).items;
  const eventually = async <T>(what: string, look: () => Promise<T>, until: (value: T) => boolean): Promise<T> => {
    for (const deadline = Date.now() + 120_000; ; await sleep(250)) {
      const value = await look();
      if (until(value)) return value;
      if (Date.now() > deadline) throw new Error(`not in time: ${what}; it is ${JSON.stringify(value)}`);
    }
  };
  /** As EventBridge Scheduler does once a minute. */
  const sizeNodes = async (): Promise<void> => {
    const root = cloud.admin.rootPrincipal(place.accountId);
    const Payload = Buffer.from('{}');
    await cloud.kernel.call(root, place.region, 'lambda', 'Invoke', {
      FunctionName: 'holdfast-dev-size-nodes',
      InvocationType: 'RequestResponse',
      Payload,
    });
  };

  const instance = await instanceWithData(world, acme, [1], { seed: 5 });
  const AutoScalingGroupName = (await groupOf()).name;
  await autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 1 }));
  const [first] = await eventually('a node registers', nodes, ([node]) => node?.status === 'online');
  assert.ok(first?.ec2InstanceId);
  await operator.call(operatorRoutes.drainAccessNode, { params: { ...params, nodeId: first.nodeId } });
  await eventually('it takes no more', nodes, ([node]) => node?.status !== 'online');
  const jobId = await startBackup(acme, [instance.instanceId]);
  await eventually(
    'another one takes the order',
    async () => {
      await sizeNodes();
      return nodes();
    },
    (all) => all.some(({ nodeId, status }) => nodeId !== first.nodeId && status !== 'draining'),
  );
  const job = await waitForJob(acme, jobId);
  assert.equal(job.state, 'completed', JSON.stringify(job));
  await waitForCleanup(world, jobId);
  await eventually(
    'the first one is ended and forgotten',
    async () => {
      await sizeNodes();
      return { ...(await groupOf()), known: (await nodes()).map(({ nodeId }) => nodeId) };
    },
    ({ instances, known }) => !known.includes(first.nodeId) && !instances.includes(first.ec2InstanceId),
  );
  assert.ok(!local.launchedNodes.running.has(first.ec2InstanceId ?? ''));
});
