import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createApiClient } from '../../cli/api-client.ts';
import { operatorRoutes } from '../../core/contracts/api.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { FIRST_SERVICE } from '../../dev/deployment/first-service.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { changeAutoScalingSettings } from '../../local/autoscaling/settings.ts';
import { instanceWithData, openWorld, startBackup, waitForCleanup, waitForJob } from './world.ts';

test('queues and node groups of the stack are those of the service hypervisor that is added first', async (t) => {
  const world = await openWorld(t, { nodes: 0, overrides: { firstService: 'yes' } });
  const { local } = world;
  const [acme] = world.tenants;
  changeAutoScalingSettings(local.cloud.kernel.store, { evaluationMs: 500, scaleInEvaluations: 4 });
  const { region } = local.place;
  const settings = {
    endpoint: local.cloud.endpoint,
    region,
    credentials: local.cloud.admin.rootAccessKey(SERVICE_ACCOUNT),
  };
  const sqs = new SQSClient(settings);
  const autoScaling = new AutoScalingClient(settings);
  t.after(() => [sqs, autoScaling].forEach((client) => void client.destroy()));
  const nameOf = (end: string) => `holdfast-dev-${FIRST_SERVICE}-${end}`;
  const groups = async () => (await autoScaling.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups ?? [];
  const ofFirst = async () =>
    (await groups()).filter(({ AutoScalingGroupName }) => AutoScalingGroupName?.includes(FIRST_SERVICE));
  assert.deepEqual(
    (await ofFirst()).map((group) => [group.AutoScalingGroupName, group.MinSize, group.DesiredCapacity]).sort(),
    [
      [`holdfast-dev-nodes-${FIRST_SERVICE}`, 0, 0],
      [`holdfast-dev-nodes-${FIRST_SERVICE}-windows`, 0, 0],
    ],
    'nothing runs',
  );

  const operator = createApiClient({
    url: new URL(local.apiUrl),
    region,
    credentials: async () => local.accounts.operator,
    idempotencyKey: 'first',
  });
  const service = await operator.call(operatorRoutes.addHypervisor, {
    body: {
      kind: 'service',
      name: 'first',
      accountId: SERVICE_ACCOUNT,
      region,
      auth: { method: 'iam-role' },
      accessNodes: 'automatic',
      recoveryPublicKey: createRecoveryKeyPair(seededBytes(3)).publicKey,
    },
  });
  assert.equal(service.hypervisorId, FIRST_SERVICE);
  assert.equal(service.state, 'ready');
  assert.equal((await ofFirst()).length, 2, 'the stack’s are taken, none is made beside them');
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: nameOf('work') }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  assert.match(Attributes?.RedrivePolicy ?? '', new RegExp(`${nameOf('dead')}`), 'as the stack made it');

  await world.operator.call(operatorRoutes.addServiceVmGroup, {
    params: { hypervisorId: FIRST_SERVICE },
    body: { name: 'nodes', match: { all: true }, zone: `${region}a` },
  });
  await world.operator.call(operatorRoutes.bindHypervisor, {
    params: { hypervisorId: acme.hypervisorId },
    body: { serviceHypervisorId: FIRST_SERVICE },
  });
  const instance = await instanceWithData(world, acme, [1], { seed: 5 });
  const jobId = await startBackup(acme, [instance.instanceId]);
  const job = await waitForJob(acme, jobId);
  assert.equal(job.state, 'completed', JSON.stringify(job));
  await waitForCleanup(world, jobId);

  // Deployed once more, nothing of it changes hands.
  await local.redeploy([]);
  assert.equal((await ofFirst()).length, 2);

  // Nor does the group when its nodes get other software: it launches the newest version, where the VM groups say.
  const linux = async () => {
    const group = (await ofFirst()).find(({ AutoScalingGroupName }) => !AutoScalingGroupName?.endsWith('-windows'));
    return {
      version: group?.LaunchTemplate?.Version,
      subnets: group?.VPCZoneIdentifier,
      zones: group?.AvailabilityZones,
    };
  };
  const before = await linux();
  assert.equal(before.version, '$Latest');
  assert.deepEqual(before.zones, [`${region}a`]);
  await local.redeploy([
    {
      file: 'serverless.yml',
      find: 'nodeSoftware: ""\n  # As those',
      replace: 'nodeSoftware: "s3://holdfast-dev-node-software-999999999999/node.tar.gz"\n  # As those',
    },
  ]);
  assert.deepEqual(await linux(), before);
});
