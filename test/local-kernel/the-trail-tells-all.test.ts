import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CreateKeyCommand, DisableKeyCommand, KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { openStore } from '../../local/kernel/store.ts';
import { openTrail } from '../../local/trail/trail.ts';
import {
  allow,
  clientConfig,
  dataFolder,
  freshCloud,
  keysOf,
  REGION,
  SERVICE,
  stsClient,
  TENANT_A,
  trustOf,
  userKeys,
} from './fresh-cloud.ts';

test('each call is on record: who, in whose name, what upon, and how it ended', async (t) => {
  const cloud = await freshCloud(t);
  const ops = userKeys(cloud, SERVICE, 'ops', allow('sts:*'));
  const trust = trustOf(`arn:aws:iam::${SERVICE}:user/ops`);
  const trustPolicy = { Statement: { ...trust.Statement, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] } };
  const { arn } = cloud.admin.putRole({
    accountId: TENANT_A,
    name: 'backup',
    trustPolicy,
    policies: { p: allow('kms:CreateKey') },
  });
  const { Credentials } = await stsClient(cloud, ops).send(
    new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'one', SourceIdentity: 'job-1' }),
  );
  const kms = new KMSClient(clientConfig(cloud, keysOf(Credentials)));
  await kms.send(new CreateKeyCommand({ Description: 'd' }));
  await assert.rejects(kms.send(new ListAliasesCommand({})));
  await assert.rejects(stsClient(cloud, ops).send(new GetSessionTokenCommand({})));

  const [assumed, created, denied, unknown, ...rest] = await cloud.trail.records();
  assert.equal(rest.length, 0);
  assert.equal(assumed?.eventName, 'AssumeRole');
  assert.deepEqual(assumed?.userIdentity.type, 'IAMUser');
  assert.deepEqual(assumed?.resources?.[0], { ARN: arn, accountId: TENANT_A });
  assert.deepEqual(assumed?.requestParameters, { RoleArn: arn, RoleSessionName: 'one', SourceIdentity: 'job-1' });
  assert.equal(created?.eventSource, 'kms.amazonaws.com');
  assert.equal(created?.awsRegion, REGION);
  assert.equal(created?.recipientAccountId, TENANT_A);
  const { principalId, ...identity } = created?.userIdentity ?? {};
  assert.match(principalId ?? '', /^AROA.{17}:one$/);
  assert.deepEqual(identity, {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${TENANT_A}:assumed-role/backup/one`,
    accountId: TENANT_A,
    accessKeyId: Credentials?.AccessKeyId,
    sourceIdentity: 'job-1',
    sessionIssuer: arn,
  });
  assert.equal(denied?.errorCode, 'AccessDeniedException');
  assert.match(denied?.errorMessage ?? '', /kms:ListAliases/);
  assert.equal(unknown?.eventName, 'GetSessionToken');
  assert.equal(unknown?.errorCode, 'InvalidAction');
  assert.equal((await cloud.trail.records({ account: TENANT_A })).length, 3, 'a tenant sees who assumed its role');
  assert.equal((await cloud.trail.records({ errorCode: 'InvalidAction' })).length, 1);
});

test('a mark parts what was before from what came after, in records and counts', async (t) => {
  const cloud = await freshCloud(t);
  const kms = new KMSClient(clientConfig(cloud, userKeys(cloud, TENANT_A, 'ops', allow('kms:CreateKey'))));
  await kms.send(new CreateKeyCommand({}));
  const since = cloud.trail.mark();
  await kms.send(new CreateKeyCommand({}));
  await kms.send(new CreateKeyCommand({}));
  await assert.rejects(kms.send(new DisableKeyCommand({ KeyId: 'alias/aws/ebs' })));
  assert.equal((await cloud.trail.records({ since })).length, 3);
  assert.deepEqual(cloud.trail.counts({ since }), [
    { account: TENANT_A, service: 'kms', action: 'CreateKey', outcome: 'ok', count: 2 },
    { account: TENANT_A, service: 'kms', action: 'DisableKey', outcome: 'AccessDeniedException', count: 1 },
  ]);
  assert.equal(cloud.trail.counts().find(({ action }) => action === 'CreateKey')?.count, 3);
});

test('object calls are on record in short form', async (t) => {
  const cloud = await freshCloud(t);
  const s3 = new S3Client(clientConfig(cloud, userKeys(cloud, TENANT_A, 'ops', allow('s3:*'))));
  await s3.send(new CreateBucketCommand({ Bucket: 'lib' }));
  await s3.send(new PutObjectCommand({ Bucket: 'lib', Key: 'a/b c', Body: 'x'.repeat(100_000) }));
  await s3.send(new GetObjectCommand({ Bucket: 'lib', Key: 'a/b c' }));
  const [put] = await cloud.trail.records({ eventName: 'PutObject' });
  assert.equal(put?.requestParameters, undefined);
  assert.equal(put?.resources?.[0]?.ARN, 'arn:aws:s3:::lib/a/b c');
  assert.ok(JSON.stringify(put).length < 900);
});

test('counts and records go on after a stop, and after a kill in the middle of a line', async (t) => {
  const dataDir = dataFolder(t);
  const first = await freshCloud(t, { dataDir });
  const kms = new KMSClient(clientConfig(first, userKeys(first, TENANT_A, 'ops', allow('kms:*'))));
  await kms.send(new CreateKeyCommand({}));
  await first.stop();

  const second = await freshCloud(t, { dataDir });
  assert.deepEqual(second.trail.counts(), [
    { account: TENANT_A, service: 'kms', action: 'CreateKey', outcome: 'ok', count: 1 },
  ]);
  const { file } = second.trail;
  await second.stop();
  const line = readFileSync(file, 'utf8');
  appendFileSync(file, line + line.slice(0, 50));

  const store = openStore(dataDir);
  const trail = openTrail(store);
  assert.equal(trail.counts()[0]?.count, 2);
  assert.equal((await trail.records()).length, 2);
  trail.close();
  await store.close();
});

test('what is too long to be written is left out, with its size', async (t) => {
  const cloud = await freshCloud(t);
  const kms = new KMSClient(clientConfig(cloud, userKeys(cloud, TENANT_A, 'ops', allow('kms:*'))));
  await kms.send(new CreateKeyCommand({ Description: 'd'.repeat(8000) }));
  const [record] = await cloud.trail.records();
  assert.deepEqual(record?.requestParameters, { Description: { characters: 8000 } });
});
