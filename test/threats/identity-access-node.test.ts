/**
 * Threat: an access node is taken over. What it has by itself, and what an order gave it, is tried against everything of
 * the other service hypervisor, of the control plane and of the other tenant, in AWS and at the broker.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ListSnapshotBlocksCommand } from '@aws-sdk/client-ebs';
import { CreateSnapshotsCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createIamNodeRoles } from '../../adapters/aws/iam-node-roles.ts';
import { createLambdaBrokerNames } from '../../adapters/aws/lambda-broker-names.ts';
import { createOrderSessions } from '../../adapters/aws/order-sessions.ts';
import { createSqsQueues } from '../../adapters/aws/sqs-queues.ts';
import { sha256 } from '../../adapters/system.ts';
import { ClaimResponse, noCounters, OrderMessage } from '../../core/contracts/orders.ts';
import { brokerNameFor } from '../../core/domain/broker-name.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { createAnswerNode } from '../../core/steps/broker/answer-node.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { nodePermissions } from '../../functions/wiring/node-permissions.ts';
import { deployFunction } from '../../local/lambda/service.ts';
import { aJob, anInstance, aService, freshId } from '../adapters/records.ts';
import { launchInstance, REGION, startWorld, until } from '../adapters/world.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import {
  type Calls,
  clientsOf,
  type Keys,
  onAccount,
  onControlPlane,
  onFunction,
  onInstance,
  onKey,
  onObjects,
  onQueue,
  onRoles,
  onSnapshot,
  onTable,
  seal,
  tryAll,
} from './denied-calls.ts';

const STAGE = 'test';

/** Two service hypervisors with a tenant each, and an order of each tenant in its own service hypervisor's queue. */
const openTwo = async (t: { after(run: () => Promise<void>): void }) => {
  const world = await startWorld();
  t.after(() => world.stop());
  const { cloud } = world;
  const own = clientSettings('own', REGION, world.as('OperatorApiRole'));
  const clients = (keys: Keys) => clientsOf(cloud.endpoint, REGION, keys);
  const root = (accountId: string) => clients(cloud.admin.rootAccessKey(accountId));

  const broker = deployFunction(cloud.kernel, {
    accountId: SERVICE_ACCOUNT,
    region: REGION,
    functionName: `holdfast-${STAGE}-broker`,
    roleArn: world.arn('BrokerRole'),
    // tells by which name it was called; what the broker makes of that runs here, with what is kept in memory
    codePath: fileURLToPath(new URL('../local-services/functions/sample.mjs', import.meta.url)),
    handlerExport: 'echo',
    environment: {},
    timeoutSeconds: 10,
    memoryMb: 128,
  });
  const roles = createIamNodeRoles({
    client: new IAMClient(own),
    stage: STAGE,
    accountId: SERVICE_ACCOUNT,
    permissions: nodePermissions({ stage: STAGE, accountId: SERVICE_ACCOUNT, region: REGION }),
  });
  const names = createLambdaBrokerNames({ client: new LambdaClient(own), brokerFunctionArn: broker });
  const queues = createSqsQueues({ client: new SQSClient(own) });
  const { catalog } = createInMemoryCatalog();

  const addService = async () => {
    const plain = aService(freshId('hv'), SERVICE_ACCOUNT);
    const { hypervisorId } = plain;
    const service: ServiceHypervisor = {
      ...plain,
      mediaAgent: {
        ...plain.mediaAgent,
        libraryId: freshId('lib'),
        library: { kind: 's3', bucket: world.ref('LibraryBucket'), prefix: '', region: REGION },
        kmsKeyArn: world.arn('LibraryKey'),
        roleArn: world.arn('LibraryRole'),
        maintenanceRoleArn: world.arn('LibraryMaintenanceRole'),
      },
      queues: {
        restores: await queues.ensure(`holdfast-${STAGE}-${hypervisorId}-restores`),
        work: await queues.ensure(`holdfast-${STAGE}-${hypervisorId}-work`),
      },
    };
    await names.ensure(hypervisorId);
    const roleArn = await roles.ensureNodeRole(hypervisorId);
    const session = cloud.admin.credentialsForRole(roleArn, 'i-0taken');
    const node = clients({
      accessKeyId: session.AccessKeyId,
      secretAccessKey: session.SecretAccessKey,
      sessionToken: session.SessionToken,
    });
    await catalog.hypervisors.add(service);
    return { ...service, roleArn, node, name: brokerNameFor(broker, hypervisorId) };
  };

  const addTenant = async (at: 0 | 1, { hypervisorId: serviceId, queues: { work }, node }: Service) => {
    const tenant: TenantHypervisor = { ...world.tenants[at], binding: { serviceId, boundAt: 1 } };
    await catalog.hypervisors.add(tenant);
    const instanceId = await launchInstance(world.ec2(at), tenant.name);
    const owner = root(tenant.accountId);
    const job = { ...aJob(tenant.hypervisorId), type: 'backup' as const, state: 'running' as const, attempt: 1 };
    const Tags = [
      { Key: TAG.job, Value: job.jobId },
      { Key: TAG.operation, Value: freshId('op') },
    ];
    const take = () =>
      owner.ec2.send(
        new CreateSnapshotsCommand({
          InstanceSpecification: { InstanceId: instanceId },
          TagSpecifications: [{ ResourceType: 'snapshot', Tags }],
        }),
      );
    const { Snapshots = [] } = await until(
      () => take().catch(() => ({ Snapshots: [] })),
      (answer) => (answer.Snapshots ?? []).length > 0,
    );
    const snapshotId = String(Snapshots[0]?.SnapshotId);
    await until(
      () => owner.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshotId] })),
      (answer) => answer.Snapshots?.[0]?.State === 'completed',
    );
    await catalog.jobs.add(job);
    await catalog.jobs.addInstance(anInstance(job, instanceId));
    const orderId = freshId('ord');
    const resultPrefix = `work/${job.jobId}/1/results/`;
    await catalog.orders.add([
      {
        orderId,
        jobId: job.jobId,
        attempt: 1,
        tenantId: tenant.hypervisorId,
        serviceId,
        instanceId,
        kind: 'read-segment',
        snapshotIds: [snapshotId],
        documentKey: `work/${job.jobId}/1/orders/${orderId}.json`,
        resultPrefix,
        state: 'queued',
        claim: 0,
      },
    ]);
    const sent = JSON.stringify({ orderId, taskToken: `token of ${orderId}` });
    await root(SERVICE_ACCOUNT).sqs.send(new SendMessageCommand({ QueueUrl: work, MessageBody: sent }));
    const { Messages } = await node.sqs.send(new ReceiveMessageCommand({ QueueUrl: work }));
    const message = OrderMessage.parse(JSON.parse(Messages?.[0]?.Body ?? '{}'));
    return { ...tenant, roleArn: String(world.accounts[at]?.roleArn), instanceId, snapshotId, job, message };
  };

  const answerNode = createAnswerNode({
    catalog,
    sessions: createOrderSessions({
      sts: new STSClient(clientSettings('own', REGION, world.as('BrokerRole'))),
      secrets: new SecretsManagerClient(clientSettings('own', REGION, world.as('BrokerRole'))),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
      workRoleArn: world.arn('WorkRole'),
      workBucket: world.ref('WorkBucket'),
      hypervisors: catalog.hypervisors,
    }),
    work: {
      bucket: world.ref('WorkBucket'),
      getJson: async () => undefined,
      putJson: async () => {},
      copy: async () => false,
    },
    tokens: { heartbeat: async () => true, fail: async () => {} },
    clock: { now: () => Date.now() },
    sha256,
    heartbeatSeconds: 20,
    blockRate: 1_000,
  });
  /** As the node asks: by its own credentials, and by the name that it calls. */
  const ask = async ({ lambda }: Service['node'], name: string, request: object) => {
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(request) }));
    const { event, context } = JSON.parse(Payload?.transformToString() ?? '');
    return answerNode(event, context.invokedFunctionArn).then(
      (body: unknown) => ({ error: undefined, body: body as Record<string, unknown> }),
      (error: Error) => ({ error: error.name, body: {} as Record<string, unknown> }),
    );
  };
  type Service = Awaited<ReturnType<typeof addService>>;

  const [one, two] = [await addService(), await addService()];
  const [acme, globex] = [await addTenant(0, one), await addTenant(1, two)];
  return { world, catalog, broker, clients, root, ask, one, two, acme, globex };
};

test('threat: an access node that was taken over reaches nothing but its own orders', async (t) => {
  const { world, catalog, broker, clients, root, ask, one, two, acme, globex } = await openTwo(t);
  const role = (name: string): string => `arn:aws:iam::${SERVICE_ACCOUNT}:role/holdfast-${STAGE}-${name}`;
  const library = (tenant: { readonly hypervisorId: string }) => `tenants/${tenant.hypervisorId}`;
  const buckets = { work: world.ref('WorkBucket'), library: world.ref('LibraryBucket') };
  const keyArn = world.arn('LibraryKey');
  const sealed = (tenant: typeof acme, { mediaAgent }: typeof one) =>
    seal(root(SERVICE_ACCOUNT), keyArn, { tenant: tenant.hypervisorId, library: mediaAgent.libraryId });
  const [sealedOfAcme, sealedOfGlobex] = [await sealed(acme, one), await sealed(globex, two)];
  const externalIds = [acme, globex].map(({ auth }) => (auth.method === 'assume-role' ? auth.externalId : ''));
  const claimOf = ({ message }: typeof acme) => ({ operation: 'claimOrder', nodeId: 'node-00000001', ...message });

  await t.test('its own profile: nothing of the other service hypervisor, the control plane or a tenant', async (t) => {
    const { node } = two;
    const calls: Calls = {
      ...onQueue(node, one.queues.restores),
      ...onQueue(node, one.queues.work),
      ...onQueue(node, two.queues.work, 'own'),
      ...onFunction(node, broker),
      ...onFunction(node, `${broker}:$LATEST`),
      ...onFunction(node, one.name),
      ...onTable(node, `holdfast-${STAGE}`),
      ...onObjects(node, buckets.work, `work/${acme.job.jobId}`),
      ...onObjects(node, buckets.library, library(acme)),
      ...onObjects(node, buckets.library, library(globex)),
      ...onKey(node, keyArn, sealedOfAcme),
      ...onKey(node, keyArn, sealedOfGlobex),
      ...onRoles(
        node,
        [
          ...['hub', 'steps', 'broker', 'work', 'library', 'library-maintenance', 'operator', 'operator-api'].map(role),
          ...[one.roleArn, two.roleArn, acme.roleArn, globex.roleArn],
        ],
        [...externalIds, one.hypervisorId],
      ),
      ...onAccount(node),
      ...onControlPlane(node, {
        stateMachineArn: `arn:aws:states:${REGION}:${SERVICE_ACCOUNT}:stateMachine:holdfast-${STAGE}-backup`,
        executionArn: `arn:aws:states:${REGION}:${SERVICE_ACCOUNT}:execution:holdfast-${STAGE}-backup:${acme.job.jobId}-1`,
        secretId: `holdfast-${STAGE}-${acme.hypervisorId}`,
      }),
    };
    const elsewhere = {
      ...onSnapshot(node, acme.snapshotId),
      ...onInstance(node, acme.instanceId),
      ...onSnapshot(node, globex.snapshotId),
      ...onInstance(node, globex.instanceId),
    };
    const { tried, open } = await tryAll(calls, elsewhere);
    assert.deepEqual(open, []);
    assert.ok(tried >= 100, `${tried}`);
    t.diagnostic(`${tried} calls with the profile of a node: ${open.length} allowed`);
  });

  await t.test(
    'the broker: it cannot speak for another service hypervisor, or take its orders, token or not',
    async (t) => {
      const description = { name: 'a node', origin: 'manual', os: 'linux', osVersion: '6', version: '1', slots: 4 };
      const theirs = { nodeId: 'node-00000001', serviceId: one.hypervisorId };
      assert.equal(
        (await ask(one.node, one.name, { operation: 'registerNode', ...theirs, description })).error,
        undefined,
      );
      const before = await catalog.nodes.list(one.hypervisorId);
      assert.equal(before.length, 1);
      let tried = 0;
      for (const request of [
        { operation: 'registerNode', ...theirs, description: { ...description, name: 'another' } },
        { operation: 'registerNode', nodeId: 'node-00000009', serviceId: one.hypervisorId, description },
        { operation: 'heartbeatNode', ...theirs, held: 4 },
        { operation: 'leaveNode', ...theirs },
      ]) {
        assert.equal((await ask(two.node, two.name, request)).error, 'NotAllowed', request.operation);
        tried += 1;
      }
      assert.deepEqual(await catalog.nodes.list(one.hypervisorId), before, 'the other’s nodes are as they were');

      // Even with the token out of the other's queue, another's order looks as if it were not there.
      const order = await catalog.orders.get(acme.message.orderId);
      for (const request of [
        {},
        { operation: 'completeOrder', claim: 1, counters: noCounters, resultKey: 'work/x' },
        { operation: 'releaseOrder', claim: 1, counters: noCounters },
        { operation: 'heartbeatOrder', claim: 1, counters: noCounters, blockRate: 0, wantCredentials: true },
        { operation: 'raiseFences', claim: 1, before: 1, generation: 1 },
      ]) {
        const asked = { ...claimOf(acme), ...request };
        const answer = await ask(two.node, two.name, asked);
        assert.deepEqual(answer.body.outcome, asked.operation === 'claimOrder' ? 'gone' : undefined);
        assert.deepEqual(await ask(two.node, two.name, { ...asked, orderId: freshId('ord') }), answer, asked.operation);
        tried += 1;
      }
      assert.deepEqual(await catalog.orders.get(acme.message.orderId), order, 'and is as it was');
      await assert.rejects(ask(two.node, one.name, claimOf(acme)), { name: 'AccessDeniedException' });
      await assert.rejects(ask(two.node, broker, claimOf(acme)), { name: 'AccessDeniedException' });
      // Whoever may call the function by its plain name is no node.
      assert.equal((await ask(root(SERVICE_ACCOUNT), broker, claimOf(acme))).error, 'NotAllowed');
      t.diagnostic(`${tried + 3} requests at the broker for another service hypervisor: 0 taken`);
    },
  );

  await t.test(
    'an order’s credentials: nothing of the other tenant, nothing beyond the order, no deletion',
    async (t) => {
      const [claimed, other] = [
        ClaimResponse.parse((await ask(one.node, one.name, claimOf(acme))).body),
        ClaimResponse.parse((await ask(two.node, two.name, claimOf(globex))).body),
      ];
      assert.ok(claimed.outcome === 'yours' && other.outcome === 'yours', JSON.stringify([claimed, other]));
      const { tenant, library: inLibrary, workArea } = claimed.credentials;
      assert.ok(tenant && inLibrary);
      const roleArns = [role('hub'), role('library'), role('library-maintenance'), acme.roleArn, globex.roleArn];
      let tried = 0;
      for (const [what, keys] of Object.entries({ tenant, library: inLibrary, workArea })) {
        const as = clients(keys);
        const onlyRemoval = (is: string) => (what === is ? ('delete' as const) : undefined);
        const calls: Calls = {
          ...onObjects(as, buckets.library, library(globex)),
          ...onObjects(as, buckets.work, `work/${globex.job.jobId}/1`),
          ...onObjects(as, buckets.work, `work/${acme.job.jobId}/2`),
          ...onKey(as, keyArn, sealedOfGlobex),
          ...onObjects(as, buckets.library, library(acme), onlyRemoval('library')),
          ...onObjects(as, buckets.work, `work/${acme.job.jobId}/1`, onlyRemoval('workArea')),
          ...(what === 'library' ? {} : onKey(as, keyArn, sealedOfAcme)),
          ...onAccount(as),
          ...onTable(as, `holdfast-${STAGE}`),
          ...onFunction(as, one.name),
          ...onQueue(as, one.queues.work),
          ...onRoles(as, roleArns, externalIds),
          ...(what === 'tenant'
            ? { ...onSnapshot(as, acme.snapshotId, 'delete'), ...onInstance(as, acme.instanceId) }
            : {}),
        };
        const elsewhere: Calls = {
          ...onSnapshot(as, globex.snapshotId),
          ...onInstance(as, globex.instanceId),
          ...(what === 'tenant' ? {} : { ...onSnapshot(as, acme.snapshotId), ...onInstance(as, acme.instanceId) }),
        };
        const result = await tryAll(calls, elsewhere);
        assert.deepEqual(result.open, [], what);
        tried += result.tried;
      }
      // What it is for, it may: what was refused was not refused to everybody.
      await clients(tenant).ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: acme.snapshotId }));
      assert.ok(tried >= 200, `${tried}`);
      t.diagnostic(`${tried} calls with an order’s credentials beyond the order: 0 allowed`);
    },
  );
});
