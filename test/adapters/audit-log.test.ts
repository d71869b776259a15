import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoAuditEntries, createDynamoAuditLog } from '../../adapters/aws/dynamo-audit.ts';
import { ANCHOR_PREFIX, createS3AuditAnchors } from '../../adapters/aws/s3-audit-anchors.ts';
import { sha256 } from '../../adapters/system.ts';
import type { AuditAnchor } from '../../core/contracts/audit.ts';
import { createChainCheck } from '../../core/domain/audit-chain.ts';
import { eventOf } from '../audit/events.ts';
import { type LocalS3, startLocalS3 } from '../library/local-s3.ts';
import { openTable } from './dynalite-table.ts';

let database: Awaited<ReturnType<typeof openTable>>;
let s3: LocalS3;
before(async () => {
  [database, s3] = await Promise.all([openTable(), startLocalS3()]);
});
after(async () => {
  database.close();
  await s3.close();
});

const writer = () => createDynamoAuditLog(database, (error) => assert.fail(String(error)));
const all = (limit = 1_000) => createDynamoAuditEntries(database).from(1, limit, 'forwards');
const brokenAt = (entries: readonly { readonly entry: unknown }[], anchors: readonly AuditAnchor[] = []) => {
  const check = createChainCheck(sha256, anchors, { fromTheStart: true });
  for (const { entry } of entries) {
    const broken = check.add(entry);
    if (broken) return broken;
  }
  return check.end();
};

test('ten writers at once: the chain in the table is whole, and comes back as it was written', async () => {
  const written = await Promise.all(
    Array.from({ length: 10 }, async (_, n) => {
      const log = writer();
      return [await log.append(eventOf(n)), await log.append(eventOf(100 + n)), await log.append(eventOf(200 + n))];
    }),
  );
  const entries = await all();
  assert.equal(entries.length, 30);
  assert.equal(brokenAt(entries), undefined);
  for (const entry of written.flat()) assert.deepEqual(entries[entry.seq - 1], { seq: entry.seq, entry });
});

test('read from any entry on, or back, whether it is there or not', async () => {
  const entries = createDynamoAuditEntries(database);
  const seqs = async (...input: Parameters<typeof entries.from>) =>
    (await entries.from(...input)).map(({ seq }) => seq);
  assert.deepEqual(await seqs(1, 3, 'forwards'), [1, 2, 3]);
  assert.deepEqual(await seqs(29, 3, 'forwards'), [29, 30]);
  assert.deepEqual(await seqs(31, 3, 'forwards'), []);
  assert.deepEqual(await seqs(2, 3, 'backwards'), [2, 1]);
  assert.deepEqual(await seqs(99, 2, 'backwards'), [30, 29]);
  assert.equal((await entries.newest())?.seq, 30);
});

test('an item that is put over an entry, or taken out, breaks the chain where it was', async () => {
  const items = DynamoDBDocumentClient.from(database.client);
  const key = (seq: number) => ({ pk: 'AUDIT', sk: String(seq).padStart(15, '0') });
  const [, second, third] = await all(3);
  await items.send(
    new PutCommand({
      TableName: database.table,
      Item: { ...(second?.entry as object), allowed: true, ...key(2), outcome: 'Nothing' },
    }),
  );
  assert.equal(brokenAt(await all())?.seq, 2);
  await items.send(new PutCommand({ TableName: database.table, Item: { ...(second?.entry as object), ...key(2) } }));
  await items.send(new DeleteCommand({ TableName: database.table, Key: key(3) }));
  assert.deepEqual(brokenAt(await all()), { seq: 3, problem: 'it is missing: entry 4 comes instead' });
  await items.send(new PutCommand({ TableName: database.table, Item: { ...(third?.entry as object), ...key(3) } }));
  assert.equal(brokenAt(await all()), undefined);
});

test('anchors are locked, kept once, and listed though somebody puts delete markers on them', async () => {
  const client = s3.client();
  const bucket = await s3.bucket('library', 'with Object Lock');
  const now = Date.now();
  const anchors = createS3AuditAnchors({ client, bucket, lock: { days: 366, now: () => now } });
  const kept = [9, 10, 4_711].map((seq) => ({ seq, hash: sha256(`${seq}`) }));
  for (const anchor of [...kept, ...kept]) await anchors.keep(anchor);
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${ANCHOR_PREFIX}else`, Body: 'x' }));
  assert.deepEqual(await anchors.list({ limit: 1_000 }), { items: kept });
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  assert.equal(Versions.length, 4);
  const { Key, VersionId } = Versions[0] ?? {};
  const { Retention } = await client.send(new GetObjectRetentionCommand({ Bucket: bucket, Key: Key ?? '' }));
  assert.equal(Retention?.Mode, 'COMPLIANCE');
  const lockedFor = (Retention?.RetainUntilDate?.getTime() ?? 0) - now;
  assert.ok(Math.abs(lockedFor - 366 * 86_400_000) < 1_000, `${lockedFor} ms`);
  await assert.rejects(
    client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId, BypassGovernanceRetention: true })),
    {
      name: 'AccessDenied',
    },
  );
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  assert.deepEqual(await anchors.list({ limit: 1_000 }), { items: kept });
  const pages: AuditAnchor[] = [];
  let next: string | undefined;
  do {
    const page = await anchors.list({ limit: 1, ...(next === undefined ? {} : { next }) });
    pages.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  assert.deepEqual(pages, kept);
});
