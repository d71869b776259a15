/** A service account with two service hypervisors, each with its own tenant; the broker answers behind its real names. */
import { fileURLToPath } from 'node:url';
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
import { OrderMessage } from '../../core/contracts/orders.ts';
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
import { uncountedFails } from '../core/uncounted.ts';
import { clientsOf, type Keys } from './denied-calls.ts';

export const STAGE = 'test';

/** Two service hypervisors with a tenant each, and an order of each tenant in its own service hypervisor's queue. */
export const openTwo = async (t: { after(run: () => Promise<void>): void }) => {
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
    boundaryArn: world.ref('NodeBoundary'),
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
      points: catalog.points,
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
    tellUncounted: uncountedFails,
    inTime: (work) => work,
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
