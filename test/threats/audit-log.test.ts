import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { type Credentials, clientSettings } from '../../adapters/aws/clients.ts';
import { createDynamoAuditEntries, createDynamoAuditLog } from '../../adapters/aws/dynamo-audit.ts';
import { ANCHOR_PREFIX, createS3AuditAnchors } from '../../adapters/aws/s3-audit-anchors.ts';
import { sha256 } from '../../adapters/system.ts';
import type { AuditAnchor } from '../../core/contracts/audit.ts';
import { createChainCheck } from '../../core/domain/audit-chain.ts';
import { createKeepAnchor } from '../../core/steps/audit/keep-anchor.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { REGION, startWorld, type World } from '../adapters/world.ts';
import { eventOf } from '../audit/events.ts';

const WRITERS = [
  ...[
    'OperatorApiRole',
    'TenantApiRole',
    'TickRole',
    'BrokerRole',
    'ScheduleLibraryRunsRole',
    'CloseLibraryRunRole',
    'ReapRole',
  ],
  ...['ApproverApiRole', 'ResumeApprovalsRole'],
];
const OTHERS = [
  'HubRole',
  'WorkRole',
  'LibraryRole',
  'LibraryMaintenanceRole',
  'CleanUpRole',
  'BackupStatesRole',
  'SizeNodesRole',
  'MeasureRole',
].concat(...['StartScheduledJobRole', 'SchedulerRole', 'OwnSchedulesRole', 'OperatorRole']);

describe('threats, audit log: under the shipped permissions', () => {
  let world: World;
  let table: string;
  before(async () => {
    world = await startWorld();
    table = world.ref('AuditTable');
    const log = createDynamoAuditLog({ client: dynamo(world.as('TickRole')), table }, (error) =>
      assert.fail(`${error}`),
    );
    for (let n = 1; n <= 20; n += 1) await log.append(eventOf(n));
  });
  after(() => world.stop());

  const dynamo = (credentials: Credentials) => new DynamoDBClient(clientSettings('own', REGION, credentials));
  const s3 = (credentials: Credentials) =>
    new S3Client({ ...clientSettings('own', REGION, credentials), forcePathStyle: true });
  const root = (): Credentials => world.cloud.admin.rootAccessKey(SERVICE_ACCOUNT);
  const key = (seq: number) => ({ pk: 'AUDIT', sk: String(seq).padStart(15, '0') });
  const verify = async (anchors: readonly AuditAnchor[] = []) => {
    const check = createChainCheck(sha256, anchors, { fromTheStart: true });
    const entries = createDynamoAuditEntries({ client: dynamo(world.as('OperatorApiRole')), table });
    for (const { entry } of await entries.from(1, 1_000, 'forwards')) {
      const broken = check.add(entry);
      if (broken) return broken;
    }
    return check.end();
  };

  test('no role of the deployment can change or remove an entry, and only those that record can add one', async (t) => {
    const item = { ...key(1), outcome: 'Nothing' };
    const tries = (TableName: string) => ({
      update: new UpdateCommand({
        TableName,
        Key: key(1),
        UpdateExpression: 'SET outcome = :x',
        ExpressionAttributeValues: { ':x': 1 },
      }),
      delete: new DeleteCommand({ TableName, Key: key(1) }),
      'delete many': new BatchWriteCommand({ RequestItems: { [TableName]: [{ DeleteRequest: { Key: key(1) } }] } }),
      'put many': new BatchWriteCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: item } }] } }),
      scan: new ScanCommand({ TableName }),
    });
    let denied = 0;
    for (const role of [...WRITERS, ...OTHERS]) {
      const client = DynamoDBDocumentClient.from(dynamo(world.as(role)));
      const put = new PutCommand({ TableName: table, Item: item });
      const all = { ...tries(table), ...(WRITERS.includes(role) ? {} : { put }) };
      for (const [what, command] of Object.entries(all)) {
        await assert.rejects(client.send(command as never), { name: 'AccessDeniedException' }, `${role}: ${what}`);
        denied += 1;
      }
    }
    t.diagnostic(`${denied} calls of ${WRITERS.length + OTHERS.length} roles: ${denied} denied`);
    assert.equal(await verify(), undefined);
  });

  test('a writer that puts over an entry, which IAM cannot tell from adding one, is found', async () => {
    const client = DynamoDBDocumentClient.from(dynamo(world.as('BrokerRole')));
    const [stored] = await createDynamoAuditEntries({ client: dynamo(root()), table }).from(7, 1, 'forwards');
    const entry = stored?.entry as Record<string, unknown>;
    await client.send(new PutCommand({ TableName: table, Item: { ...entry, outcome: 'Nothing', ...key(7) } }));
    assert.deepEqual(await verify(), { seq: 7, problem: 'it was changed: its hash is another one' });
    await client.send(new PutCommand({ TableName: table, Item: { ...entry, ...key(7) } }));
    assert.equal(await verify(), undefined);
  });

  test('anchors outlive an administrator, and show a log that was rolled back', async (t) => {
    const bucket = world.ref('LibraryBucket');
    const tick = s3(world.as('TickRole'));
    const store = createS3AuditAnchors({ client: tick, bucket, lock: { days: 366, now: () => Date.now() } });
    const entries = createDynamoAuditEntries({ client: dynamo(world.as('TickRole')), table });
    await createKeepAnchor({ entries, anchors: store, sha256 })();
    const list = async () =>
      (await createS3AuditAnchors({ client: s3(world.as('OperatorApiRole')), bucket }).list({ limit: 1_000 })).items;
    const [anchor] = await list();
    assert.equal(anchor?.seq, 20);

    const admin = s3(root());
    const all: ListObjectVersionsCommandOutput = await admin.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: ANCHOR_PREFIX }),
    );
    const { Key = '', VersionId } = all.Versions?.[0] ?? {};
    const soon = new Date(Date.now() + 60_000);
    let denied = 0;
    for (const [who, client] of [
      ...[...WRITERS, ...OTHERS].map((role) => [role, s3(world.as(role))] as const),
      ['root', admin] as const,
    ]) {
      for (const command of [
        new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }),
        new DeleteObjectCommand({ Bucket: bucket, Key, VersionId, BypassGovernanceRetention: true }),
        new PutObjectRetentionCommand({
          Bucket: bucket,
          Key,
          VersionId,
          Retention: { Mode: 'COMPLIANCE', RetainUntilDate: soon },
        }),
        new PutObjectCommand({ Bucket: bucket, Key, Body: '{}', ChecksumAlgorithm: 'CRC32' }),
      ]) {
        await assert.rejects(client.send(command as never), { name: 'AccessDenied' }, who);
        denied += 1;
      }
    }
    // hides it, and does not remove it
    await admin.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    assert.deepEqual(await list(), [anchor]);
    t.diagnostic(`${denied} tries to remove, shorten or replace an anchor, root's too: ${denied} denied`);

    const rootItems = DynamoDBDocumentClient.from(dynamo(root()));
    for (let seq = 16; seq <= 20; seq += 1)
      await rootItems.send(new DeleteCommand({ TableName: table, Key: key(seq) }));
    assert.equal(await verify(), undefined, 'what is left is a chain');
    assert.equal((await verify(await list()))?.seq, 16);
    const other = createDynamoAuditLog({ client: dynamo(world.as('CloseLibraryRunRole')), table }, () => {});
    for (let n = 16; n <= 25; n += 1) await other.append(eventOf(n + 500));
    assert.equal(await verify(), undefined, 'with others in their place it is one again');
    assert.deepEqual(await verify(await list()), {
      seq: 20,
      problem: 'it is not the entry that was anchored under this number',
    });
  });
});
