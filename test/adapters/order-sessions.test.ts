import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  CompleteSnapshotCommand,
  EBSClient,
  GetSnapshotBlockCommand,
  ListChangedBlocksCommand,
  ListSnapshotBlocksCommand,
  PutSnapshotBlockCommand,
} from '@aws-sdk/client-ebs';
import { DeleteSnapshotCommand, DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { isRefused } from '../../adapters/aws/classify.ts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createOrderSessions } from '../../adapters/aws/order-sessions.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { Hypervisor, ServiceHypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { OrderSessions, TenantScopes } from '../../core/ports/tenant-scope.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { aPoint, aService, freshId } from './records.ts';
import { launchInstance, REGION, startWorld, until, type World } from './world.ts';

/** Everything an order might be told to do with one tenant's things, and under which session. */
interface Attempt {
  readonly name: string;
  run(): Promise<unknown>;
}

/** Of the first attempt, as orders are given it. */
const resultsFolder = (jobId: string): string => `work/${jobId}/1/i-0123456789abcdef0/${freshId('rp')}/results/`;

describe("an order's sessions, with the deployment's own roles and the shipped permissions", () => {
  let world: World;
  let service: ServiceHypervisor;
  let other: ServiceHypervisor;
  let tenants: [TenantHypervisor, TenantHypervisor];
  let sessions: OrderSessions;
  let scopes: TenantScopes;
  let points: readonly RecoveryPoint[] = [];
  const snapshots: [string[], string[]] = [[], []];
  const jobIds = [freshId('job'), freshId('job')] as const;
  let root: S3Client;
  let libraryBucket: string;
  let workBucket: string;

  const context = (tenant: number, library = service.mediaAgent.libraryId) => ({
    tenant: tenants[tenant]?.hypervisorId ?? '',
    library,
  });
  const libraryKey = (tenant: number, name: string): string => `msp/tenants/${tenants[tenant]?.hypervisorId}/${name}`;
  const workKey = (tenant: number, attempt: number): string => `work/${jobIds[tenant]}/${attempt}/orders/1.json`;

  before(async () => {
    world = await startWorld();
    libraryBucket = world.ref('LibraryBucket');
    workBucket = world.ref('WorkBucket');
    const plain = aService(freshId('hv'), SERVICE_ACCOUNT);
    service = {
      ...plain,
      mediaAgent: {
        ...plain.mediaAgent,
        library: { kind: 's3', bucket: libraryBucket, prefix: 'msp', region: REGION },
        kmsKeyArn: world.arn('LibraryKey'),
        roleArn: world.arn('LibraryRole'),
        maintenanceRoleArn: world.arn('LibraryMaintenanceRole'),
      },
    };
    other = { ...service, hypervisorId: freshId('hv') };
    tenants = world.tenants.map((tenant) => ({
      ...tenant,
      binding: { serviceId: service.hypervisorId, boundAt: 1 },
    })) as typeof tenants;
    const records = new Map<string, Hypervisor>([service, other, ...tenants].map((each) => [each.hypervisorId, each]));
    const steps = clientSettings('own', REGION, world.as('CleanUpRole'));
    scopes = createTenantScopes({
      sts: new STSClient(steps),
      secrets: new SecretsManagerClient(steps),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
    });
    const broker = clientSettings('own', REGION, world.as('BrokerRole'));
    sessions = createOrderSessions({
      sts: new STSClient(broker),
      secrets: new SecretsManagerClient(broker),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
      workRoleArn: world.arn('WorkRole'),
      workBucket,
      hypervisors: { get: async (id) => records.get(id) },
      points: { list: async () => ({ items: points }) },
    });
    root = new S3Client(clientSettings('own', REGION, world.cloud.admin.rootAccessKey(SERVICE_ACCOUNT)));
    for (const tenant of [0, 1] as const) {
      snapshots[tenant] = await backedUp(tenant);
      for (const [Bucket, Key] of [
        [libraryBucket, libraryKey(tenant, 'format')],
        [workBucket, workKey(tenant, 1)],
        [workBucket, workKey(tenant, 2)],
      ])
        await root.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }));
    }
  });
  after(() => world.stop());

  /** Two completed snapshots of one instance's volumes, and one that is being filled. */
  const backedUp = async (tenant: 0 | 1): Promise<string[]> => {
    const scope = await scopes.open(tenants[tenant], jobIds[tenant], { to: 'protect' });
    const id = await launchInstance(world.ec2(tenant), `server ${tenant}`);
    await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    const tags = { [TAG.job]: jobIds[tenant], [TAG.operation]: freshId('op') };
    const made = await scope.snapshots.createForInstance(id, [], tags);
    const ids = made.map(({ snapshotId }) => snapshotId);
    await until(
      () => scope.snapshots.describe(ids),
      (answer) => answer.every(({ state }) => state === 'completed'),
    );
    const restore = await scopes.open(tenants[tenant], jobIds[tenant], { to: 'restore' });
    const { snapshotId } = await restore.snapshots.start(1, freshId('op'), tags);
    return [...ids.slice(0, 2), snapshotId];
  };

  const client = (credentials: SessionCredentials) => clientSettings('own', REGION, credentials);

  /** Reads and writes of blocks, through one session. */
  const blockAttempts = (credentials: SessionCredentials, ids: readonly string[]) => {
    const ebs = new EBSClient(client(credentials));
    const [first, second, pending] = ids;
    return {
      list: { name: 'list', run: () => ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: first })) },
      changed: {
        name: 'list changes',
        run: () => ebs.send(new ListChangedBlocksCommand({ FirstSnapshotId: second, SecondSnapshotId: first })),
      },
      get: {
        name: 'get',
        run: () => ebs.send(new GetSnapshotBlockCommand({ SnapshotId: first, BlockIndex: 0, BlockToken: 'x' })),
      },
      put: {
        name: 'put',
        run: () =>
          ebs.send(
            new PutSnapshotBlockCommand({
              SnapshotId: pending,
              BlockIndex: 0,
              BlockData: new Uint8Array(524_288),
              DataLength: 524_288,
              Checksum: createHash('sha256').update(new Uint8Array(524_288)).digest('base64'),
              ChecksumAlgorithm: 'SHA256',
            }),
          ),
      },
    };
  };

  const objectAttempts = (credentials: SessionCredentials, Bucket: string, Key: string) => {
    const s3 = new S3Client(client(credentials));
    return {
      get: {
        name: `get ${Key}`,
        run: async () => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString(),
      },
      put: {
        name: `put ${Key}`,
        run: () => s3.send(new PutObjectCommand({ Bucket, Key: `${Key}.new`, Body: 'y', IfNoneMatch: '*' })),
      },
      delete: { name: `delete ${Key}`, run: () => s3.send(new DeleteObjectCommand({ Bucket, Key })) },
      list: {
        name: `list beside ${Key}`,
        run: () => s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key.slice(0, Key.lastIndexOf('/') + 1) })),
      },
    };
  };

  const keyAttempts = (credentials: SessionCredentials, EncryptionContext: Record<string, string> | undefined) => {
    const kms = new KMSClient(client(credentials));
    const KeyId = service.mediaAgent.kmsKeyArn;
    return {
      encrypt: {
        name: `encrypt ${JSON.stringify(EncryptionContext)}`,
        run: () => kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('k'), EncryptionContext })),
      },
    };
  };

  const refused = async ({ name, run }: Attempt): Promise<void> => {
    await assert.rejects(run(), (error: unknown) => {
      assert.ok(isRefused(error), `${name}: ${error}`);
      return true;
    });
  };
  const passes = async ({ name, run }: Attempt): Promise<void> => {
    await run().catch((error: unknown) => assert.ok(!isRefused(error), `${name}: ${error}`));
  };

  it('reads exactly the snapshots that the order names, and nothing else', async () => {
    const credentials = await sessions.tenant(tenants[0], jobIds[0], snapshots[0].slice(0, 2), 'read');
    const own = blockAttempts(credentials, snapshots[0]);
    await own.list.run();
    for (const attempt of [own.list, own.changed, own.get]) await passes(attempt);
    await refused(own.put);
    const narrow = await sessions.tenant(tenants[0], jobIds[0], snapshots[0].slice(1, 2), 'read');
    const outside = blockAttempts(narrow, snapshots[0]);
    for (const attempt of [outside.list, outside.changed, outside.get]) await refused(attempt);
    for (const attempt of Object.values(blockAttempts(credentials, snapshots[1])))
      await assert.rejects(attempt.run(), attempt.name);
    const ec2 = new EC2Client(client(credentials));
    await refused({ name: 'describe', run: () => ec2.send(new DescribeInstancesCommand({})) });
    await refused({
      name: 'delete',
      run: () => ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshots[0][0] })),
    });
  });

  it('writes into the pending snapshot that the order names, and reads none', async () => {
    const credentials = await sessions.tenant(tenants[0], jobIds[0], snapshots[0].slice(2), 'write');
    const own = blockAttempts(credentials, snapshots[0]);
    await own.put.run();
    for (const attempt of [own.list, own.changed, own.get]) await refused(attempt);
    await assert.rejects(blockAttempts(credentials, snapshots[1]).put.run());
  });

  it("narrows to the job's own snapshots when there are too many to name", async () => {
    const many = [
      ...Array.from({ length: 127 }, (_, i) => `snap-${String(i).padStart(17, '0')}`),
      snapshots[0][2] ?? '',
    ];
    const credentials = await sessions.tenant(tenants[0], jobIds[0], many, 'write');
    await blockAttempts(credentials, snapshots[0]).put.run();
    const otherJob = await sessions.tenant(tenants[0], freshId('job'), many, 'write');
    await refused(blockAttempts(otherJob, snapshots[0]).put);
    await assert.rejects(sessions.tenant(tenants[0], jobIds[0], many, 'read'), RangeError);
  });

  for (const [how, others] of [
    ['by its name', []],
    ['by its job', Array.from({ length: 127 }, (_, i) => `snap-${String(i).padStart(17, '0')}`)],
  ] as const) {
    it(`completes what it has written, ${how}, and can tell that it is complete`, async () => {
      const restore = await scopes.open(tenants[0], jobIds[0], { to: 'restore' });
      const tags = { [TAG.job]: jobIds[0], [TAG.operation]: freshId('op') };
      const { snapshotId } = await restore.snapshots.start(1, freshId('op'), tags);
      const credentials = await sessions.tenant(tenants[0], jobIds[0], [...others, snapshotId], 'write');
      const own = blockAttempts(credentials, [snapshotId, snapshotId, snapshotId]);
      await own.put.run();
      const ebs = new EBSClient(client(credentials));
      await ebs.send(new CompleteSnapshotCommand({ SnapshotId: snapshotId, ChangedBlocksCount: 1 }));
      await until(
        () => restore.snapshots.describe([snapshotId]),
        ([snapshot]) => snapshot?.state === 'completed',
      );
      assert.equal((await own.list.run()).VolumeSize, 1);
      await refused(own.get);
    });
  }

  it("reaches one tenant's part of the library and its key, and nothing of the other tenant", async () => {
    const write = await sessions.library(service.hypervisorId, tenants[0].hypervisorId, jobIds[0], 'write');
    const own = objectAttempts(write, libraryBucket, libraryKey(0, 'format'));
    for (const attempt of [own.get, own.put, own.list]) await attempt.run();
    await refused(own.delete);
    for (const attempt of Object.values(objectAttempts(write, libraryBucket, libraryKey(1, 'format'))))
      await refused(attempt);
    for (const key of ['format', 'msp/format', 'msp/tenants/format', `msp/tenants/${tenants[0].hypervisorId}x/format`])
      for (const attempt of Object.values(objectAttempts(write, libraryBucket, key))) await refused(attempt);
    for (const attempt of Object.values(objectAttempts(write, workBucket, workKey(0, 1)))) await refused(attempt);

    await keyAttempts(write, context(0)).encrypt.run();
    for (const wrong of [context(1), context(0, 'lib-other'), { tenant: tenants[0].hypervisorId }, undefined])
      await refused(keyAttempts(write, wrong).encrypt);
  });

  it('opens a key only in the name of the tenant that it was made for', async () => {
    const [a, b] = await Promise.all(
      tenants.map(({ hypervisorId }, i) =>
        sessions.library(service.hypervisorId, hypervisorId, jobIds[i] ?? '', 'write'),
      ),
    );
    assert.ok(a && b);
    const KeyId = service.mediaAgent.kmsKeyArn;
    const { CiphertextBlob } = await new KMSClient(client(a)).send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from('key of a'), EncryptionContext: context(0) }),
    );
    const decrypt = (credentials: SessionCredentials, EncryptionContext: Record<string, string>) =>
      new KMSClient(client(credentials)).send(new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext }));
    assert.equal(Buffer.from((await decrypt(a, context(0))).Plaintext ?? []).toString(), 'key of a');
    await refused({ name: 'as b in the name of a', run: () => decrypt(b, context(0)) });
    await assert.rejects(decrypt(b, context(1)));
  });

  it('deletes in one tenant’s part of the library for maintenance alone, makes no keys, and reaches nothing else', async () => {
    const maintain = await sessions.library(service.hypervisorId, tenants[0].hypervisorId, jobIds[0], 'maintain');
    const own = objectAttempts(maintain, libraryBucket, libraryKey(0, 'left-over'));
    for (const attempt of [own.put, own.delete, own.list]) await attempt.run();
    for (const attempt of Object.values(objectAttempts(maintain, libraryBucket, libraryKey(1, 'format'))))
      await refused(attempt);
    for (const attempt of Object.values(objectAttempts(maintain, workBucket, workKey(0, 1)))) await refused(attempt);
    await refused(keyAttempts(maintain, context(0)).encrypt);
    await refused(keyAttempts(maintain, context(1)).encrypt);
  });

  it('looks after no library that the tenant is not bound to and has nothing in', async () => {
    const { hypervisorId } = tenants[0];
    const open = (mode: 'maintain' | 'lock') => sessions.library(other.hypervisorId, hypervisorId, jobIds[0], mode);
    const point = aPoint(hypervisorId, 'i-00000001', []);
    for (const there of [[], [{ ...point, serviceId: other.hypervisorId, kind: 'snapshot' as const }]]) {
      points = there;
      for (const mode of ['maintain', 'lock'] as const) await assert.rejects(open(mode), { name: 'NotFound' });
    }
    points = [{ ...point, serviceId: other.hypervisorId, state: 'expired' }];
    for (const mode of ['maintain', 'lock'] as const) assert.ok((await open(mode)).accessKeyId);
    points = [];
  });

  it('only reads the library for a restore', async () => {
    const read = await sessions.library(service.hypervisorId, tenants[0].hypervisorId, jobIds[0], 'read');
    const own = objectAttempts(read, libraryBucket, libraryKey(0, 'format'));
    for (const attempt of [own.get, own.list]) await attempt.run();
    for (const attempt of [own.put, own.delete]) await refused(attempt);
    await refused(keyAttempts(read, context(0)).encrypt);
  });

  it('writes only to the library that the tenant is bound to, and reads old points where they are', async () => {
    const { hypervisorId } = tenants[0];
    await sessions.library(other.hypervisorId, hypervisorId, jobIds[0], 'read');
    await assert.rejects(sessions.library(other.hypervisorId, hypervisorId, jobIds[0], 'write'), { name: 'NotFound' });
    for (const [serviceId, tenantId] of [
      [freshId('hv'), hypervisorId],
      [service.hypervisorId, freshId('hv')],
      [hypervisorId, service.hypervisorId],
    ] as const)
      await assert.rejects(sessions.library(serviceId, tenantId, jobIds[0], 'read'), { name: 'NotFound' });
  });

  it("reaches one attempt's part of the work area", async () => {
    const folder = resultsFolder(jobIds[0]);
    const results = `${folder}${freshId('ord')}-`;
    const credentials = await sessions.workArea(jobIds[0], 1, results);
    // neither an order's document nor another order's results: what those say is believed
    const document = objectAttempts(credentials, workBucket, workKey(0, 1));
    await document.get.run();
    for (const attempt of [document.put, document.delete, document.list]) await refused(attempt);
    await objectAttempts(credentials, workBucket, `${results}1.json`).put.run();
    await refused(objectAttempts(credentials, workBucket, `${folder}${freshId('ord')}-1.json`).put);
    for (const key of [workKey(0, 2), workKey(1, 1), `work/${jobIds[0]}/11/x.json`])
      for (const attempt of Object.values(objectAttempts(credentials, workBucket, key))) await refused(attempt);
    for (const attempt of Object.values(objectAttempts(credentials, libraryBucket, libraryKey(0, 'format'))))
      await refused(attempt);
  });

  it("reaches a library run's part of the work area as a job's", async () => {
    const runId = freshId('run');
    const results = `work/${runId}/1/results/${freshId('ord')}-`;
    const own = objectAttempts(await sessions.workArea(runId, 1, results), workBucket, `${results}1.json`);
    await own.put.run();
    await root.send(new PutObjectCommand({ Bucket: workBucket, Key: `${results}1.json`, Body: 'x' }));
    assert.equal(await own.get.run(), 'x');
    await refused(objectAttempts(await sessions.workArea(runId, 2, results), workBucket, `${results}1.json`).get);
  });

  it('lasts an hour at most, carries the job, and leads to no further role', async () => {
    const all = await Promise.all([
      sessions.tenant(tenants[0], jobIds[0], snapshots[0].slice(0, 1), 'read'),
      sessions.library(service.hypervisorId, tenants[0].hypervisorId, jobIds[0], 'write'),
      sessions.workArea(jobIds[0], 1, `${resultsFolder(jobIds[0])}${freshId('ord')}-`),
    ]);
    for (const credentials of all) {
      assert.ok(credentials.expiresAt > Date.now() && credentials.expiresAt <= Date.now() + 3_600_000);
      for (const role of ['HubRole', 'LibraryRole', 'WorkRole']) {
        await refused({
          name: role,
          run: () =>
            new STSClient(client(credentials)).send(
              new AssumeRoleCommand({ RoleArn: world.arn(role), RoleSessionName: 'further' }),
            ),
        });
      }
    }
    const records = await world.cloud.trail.records({ eventName: 'AssumeRole' });
    assert.ok(records.some((record) => JSON.stringify(record).includes(`"sourceIdentity":"${jobIds[0]}"`)));
  });
});
