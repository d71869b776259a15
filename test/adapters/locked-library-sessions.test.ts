import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ObjectLockMode,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { isRefused } from '../../adapters/aws/classify.ts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import type { LibraryMode } from '../../adapters/aws/order-session-policies.ts';
import { createOrderSessions } from '../../adapters/aws/order-sessions.ts';
import type { ServiceHypervisor } from '../../core/domain/hypervisor.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { aService, freshId } from './records.ts';
import { REGION, startWorld, type World } from './world.ts';

const DAY_MS = 86_400_000;

describe("an order's sessions in a library whose objects are locked, under the deployment's own roles", () => {
  let world: World;
  let service: ServiceHypervisor;
  let Bucket: string;
  let open: (mode: LibraryMode) => Promise<{ s3: S3Client; kms: KMSClient }>;
  const keyOf = (name: string): string => `msp/tenants/${world.tenants[0].hypervisorId}/${name}`;
  const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

  before(async () => {
    world = await startWorld();
    Bucket = world.ref('LibraryBucket');
    const plain = aService(freshId('hv'), SERVICE_ACCOUNT);
    service = {
      ...plain,
      mediaAgent: {
        ...plain.mediaAgent,
        library: { kind: 's3', bucket: Bucket, prefix: 'msp', region: REGION },
        kmsKeyArn: world.arn('LibraryKey'),
        roleArn: world.arn('LibraryRole'),
        maintenanceRoleArn: world.arn('LibraryMaintenanceRole'),
        lock: 'governance',
      },
    };
    const tenant = { ...world.tenants[0], binding: { serviceId: service.hypervisorId, boundAt: 1 } };
    const settings = clientSettings('own', REGION, world.as('BrokerRole'));
    const sessions = createOrderSessions({
      sts: new STSClient(settings),
      secrets: new SecretsManagerClient(settings),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
      workRoleArn: world.arn('WorkRole'),
      workBucket: world.ref('WorkBucket'),
      hypervisors: { get: async (id) => (id === service.hypervisorId ? service : tenant) },
      points: { list: async () => ({ items: [] }) },
    });
    open = async (mode) => {
      const credentials = await sessions.library(
        service.hypervisorId,
        tenant.hypervisorId,
        freshId('job'),
        mode,
        ...(mode === 'write' ? [inDays(1).getTime()] : []),
      );
      const own = clientSettings('own', REGION, credentials);
      return { s3: new S3Client(own), kms: new KMSClient(own) };
    };
  });
  after(() => world.stop());

  const modeOf = (): ObjectLockMode => (service.mediaAgent.lock === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE');

  /** Written as a backup writes it: locked for a day. */
  const written = async (name: string): Promise<string> => {
    const { s3 } = await open('write');
    const lock = { ObjectLockMode: modeOf(), ObjectLockRetainUntilDate: inDays(1) };
    const { VersionId } = await s3.send(
      new PutObjectCommand({ Bucket, Key: keyOf(name), Body: name, IfNoneMatch: '*', ...lock }),
    );
    return VersionId ?? '';
  };
  const bodyOf = async (s3: S3Client, name: string, VersionId?: string) =>
    (await s3.send(new GetObjectCommand({ Bucket, Key: keyOf(name), VersionId }))).Body?.transformToString();
  const lockedUntil = async (s3: S3Client, name: string, VersionId: string) =>
    (await s3.send(new GetObjectRetentionCommand({ Bucket, Key: keyOf(name), VersionId }))).Retention?.RetainUntilDate;
  const extended = (name: string, VersionId: string, days: number) =>
    new PutObjectRetentionCommand({
      Bucket,
      Key: keyOf(name),
      VersionId,
      Retention: { Mode: modeOf(), RetainUntilDate: inDays(days) },
    });
  const list = (s3: S3Client) => s3.send(new ListObjectsV2Command({ Bucket, Prefix: keyOf('') }));
  const refused = (run: Promise<unknown>): Promise<void> => assert.rejects(run, (error) => isRefused(error));

  for (const lock of ['governance', 'compliance'] as const)
    it(`write what is locked for as long as the order says, in ${lock}; the index alone goes without`, async () => {
      service = { ...service, mediaAgent: { ...service.mediaAgent, lock } };
      const pack = `pack-${lock}`;
      const version = await written(pack);
      const { s3 } = await open('write');
      assert.equal(await bodyOf(s3, pack), pack);
      assert.equal(await bodyOf(s3, pack, version), pack);
      assert.ok(((await lockedUntil(s3, pack, version)) ?? 0) > inDays(0.9));
      await s3.send(extended(pack, version, 2));
      await list(s3);
      const plain = (name: string) => new PutObjectCommand({ Bucket, Key: keyOf(name), Body: 'x', IfNoneMatch: '*' });
      await s3.send(plain(`index/${lock}`));
      await refused(s3.send(plain('another-pack')));
      await refused(s3.send(extended(pack, version, 400)));
      service = { ...service, mediaAgent: { ...service.mediaAgent, lock: 'governance' } };
    });

  it('read, by name and by version, and see how long something is kept', async () => {
    const version = await written('for-a-restore');
    const { s3 } = await open('read');
    assert.equal(await bodyOf(s3, 'for-a-restore'), 'for-a-restore');
    assert.equal(await bodyOf(s3, 'for-a-restore', version), 'for-a-restore');
    assert.ok(((await lockedUntil(s3, 'for-a-restore', version)) ?? 0) > inDays(0.9));
    await list(s3);
    await refused(s3.send(extended('for-a-restore', version, 2)));
  });

  it('make locks longer, open data keys, and neither write nor delete anything', async () => {
    const version = await written('kept-longer');
    const context = { tenant: world.tenants[0].hypervisorId, library: service.mediaAgent.libraryId };
    const key = { KeyId: service.mediaAgent.kmsKeyArn, EncryptionContext: context };
    const writer = await open('write');
    const { CiphertextBlob } = await writer.kms.send(new EncryptCommand({ ...key, Plaintext: Buffer.from('k') }));
    const { s3, kms } = await open('lock');
    assert.equal(
      Buffer.from((await kms.send(new DecryptCommand({ ...key, CiphertextBlob }))).Plaintext ?? []).toString(),
      'k',
    );
    assert.equal(
      (await list(s3)).Contents?.some(({ Key }) => Key === keyOf('kept-longer')),
      true,
    );
    assert.equal(await bodyOf(s3, 'kept-longer'), 'kept-longer');
    assert.equal(await bodyOf(s3, 'kept-longer', version), 'kept-longer');
    await s3.send(extended('kept-longer', version, 3));
    assert.ok(((await lockedUntil(s3, 'kept-longer', version)) ?? 0) > inDays(2.9));
    await refused(s3.send(extended('kept-longer', version, 2)));
    await refused(s3.send(new PutObjectCommand({ Bucket, Key: keyOf('new'), Body: 'x', IfNoneMatch: '*' })));
    await refused(s3.send(new DeleteObjectCommand({ Bucket, Key: keyOf('kept-longer') })));
    await refused(kms.send(new EncryptCommand({ ...key, Plaintext: Buffer.from('k') })));
  });

  it('repair and prune: what is not locked goes, what is locked stays and can be kept for longer', async () => {
    const version = await written('still-locked');
    const { s3 } = await open('maintain');
    const lock = { ObjectLockMode: 'GOVERNANCE' as const, ObjectLockRetainUntilDate: inDays(1) };
    await s3.send(new PutObjectCommand({ Bucket, Key: keyOf('mended'), Body: 'x', IfNoneMatch: '*', ...lock }));
    await s3.send(extended('still-locked', version, 2));
    await refused(s3.send(new DeleteObjectCommand({ Bucket, Key: keyOf('still-locked'), VersionId: version })));
    await s3.send(new PutObjectCommand({ Bucket, Key: keyOf('left-over'), Body: 'x', IfNoneMatch: '*' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: keyOf('left-over') }));
    const versions = () => s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: keyOf('left-over') }));
    const { Versions: [hidden] = [], DeleteMarkers: [marker] = [] } = await versions();
    for (const { VersionId } of [hidden ?? {}, marker ?? {}])
      await s3.send(new DeleteObjectCommand({ Bucket, Key: keyOf('left-over'), VersionId }));
    const { Versions = [], DeleteMarkers = [] } = await versions();
    assert.deepEqual([...Versions, ...DeleteMarkers], []);
  });
});
