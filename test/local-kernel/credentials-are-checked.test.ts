import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sha256 } from '@aws-crypto/sha256-js';
import { KMSClient, ListAliasesCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { VirtualClock } from '../../local/kernel/clock.ts';
import {
  allow,
  clientConfig,
  freshCloud,
  keysOf,
  REGION,
  stsClient,
  TENANT_A,
  trustOf,
  userKeys,
} from './fresh-cloud.ts';

test('a user with its key learns who it is, without any permission', async (t) => {
  const cloud = await freshCloud(t);
  const identity = await stsClient(cloud, userKeys(cloud, TENANT_A, 'ops')).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Account, TENANT_A);
  assert.equal(identity.Arn, `arn:aws:iam::${TENANT_A}:user/ops`);
  assert.match(identity.UserId ?? '', /^AIDA[A-Z2-7]{17}$/);
});

test('a wrong secret key, an unknown key and a wrong session token are refused in the form of each protocol', async (t) => {
  const cloud = await freshCloud(t);
  const right = userKeys(cloud, TENANT_A, 'ops', allow('*'));
  const role = cloud.admin.putRole({ accountId: TENANT_A, name: 'any', trustPolicy: trustOf(TENANT_A), policies: {} });
  const session = keysOf(cloud.admin.credentialsForRole(role.arn, 'one'));
  const wrongSecret = { ...right, secretAccessKey: 'x'.repeat(40) };
  const unknown = { ...right, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' };
  const wrongToken = { ...session, sessionToken: `${session.sessionToken}x` };
  const cases = [
    [wrongSecret, 'SignatureDoesNotMatch', 'InvalidSignatureException', 'SignatureDoesNotMatch'],
    [unknown, 'InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId'],
    [wrongToken, 'InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId'],
  ] as const;
  for (const [keys, query, json, rest] of cases) {
    const config = clientConfig(cloud, keys);
    await assert.rejects(stsClient(cloud, keys).send(new GetCallerIdentityCommand({})), { name: query });
    await assert.rejects(new KMSClient(config).send(new ListAliasesCommand({})), { name: json });
    await assert.rejects(new S3Client(config).send(new ListBucketsCommand({})), { name: rest });
  }
});

test("a session's credentials end with the session, and with its role", async (t) => {
  const clock = new VirtualClock();
  const cloud = await freshCloud(t, { clock });
  const input = { accountId: TENANT_A, name: 'any', trustPolicy: trustOf(TENANT_A), policies: { p: allow('kms:*') } };
  const role = cloud.admin.putRole(input);
  const keys = keysOf(cloud.admin.credentialsForRole(role.arn, 'one', 900));
  const kms = new KMSClient(clientConfig(cloud, keys));
  await kms.send(new ListAliasesCommand({}));
  await clock.advance(901_000);
  await assert.rejects(kms.send(new ListAliasesCommand({})), { name: 'ExpiredTokenException' });
  await assert.rejects(stsClient(cloud, keys).send(new GetCallerIdentityCommand({})), { name: 'ExpiredToken' });

  const second = keysOf(cloud.admin.credentialsForRole(role.arn, 'two'));
  cloud.admin.deleteRole(TENANT_A, 'any');
  cloud.admin.putRole(input);
  const ofTheOldRole = new KMSClient(clientConfig(cloud, second));
  await assert.rejects(ofTheOldRole.send(new ListAliasesCommand({})), { name: 'AccessDeniedException' });
});

test('a request signed more than 15 minutes ago, or ahead, is refused', async (t) => {
  let ahead = 0;
  const cloud = await freshCloud(t, { signingNow: () => Date.now() + ahead });
  const keys = userKeys(cloud, TENANT_A, 'ops', allow('*'));
  // A client each, for the SDK corrects its clock after the first refusal.
  for (const [minutes, refused] of [
    [14, false],
    [16, true],
    [-14, false],
    [-16, true],
  ] as const) {
    ahead = minutes * 60_000;
    const sts = stsClient(cloud, keys).send(new GetCallerIdentityCommand({}));
    const s3 = new S3Client(clientConfig(cloud, keys)).send(new ListBucketsCommand({}));
    if (refused) {
      await assert.rejects(sts, { name: 'SignatureDoesNotMatch', message: /Signature (expired|not yet current)/ });
      await assert.rejects(s3, { name: 'RequestTimeTooSkewed' });
    } else {
      await Promise.all([sts, s3]);
    }
  }
});

test('a request whose body is not the signed one is refused', async (t) => {
  const cloud = await freshCloud(t);
  const keys = userKeys(cloud, TENANT_A, 'ops', allow('*'));
  const signer = new SignatureV4({ credentials: keys, region: REGION, service: 'kms', sha256: Sha256 });
  const url = new URL(cloud.endpoint);
  for (const header of [true, false]) {
    const body = JSON.stringify({ KeyId: 'alias/aws/ebs' });
    const headers = {
      host: url.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.DescribeKey',
    };
    const request = { method: 'POST', protocol: 'http:', hostname: url.hostname, path: '/', headers, body };
    const signed = await signer.sign(request);
    if (!header) delete signed.headers['x-amz-content-sha256'];
    const tampered = body.replace('ebs', 'rds');
    const answer = await fetch(cloud.endpoint, { method: 'POST', headers: signed.headers, body: tampered });
    assert.equal(answer.status, 400);
    assert.equal(((await answer.json()) as { __type: string }).__type, 'InvalidSignatureException');
  }
});

test('a request without a signature, or for a service that is not there, is told so', async (t) => {
  const cloud = await freshCloud(t);
  const plain = await fetch(`${cloud.endpoint}/`, {
    method: 'POST',
    headers: { 'x-amz-target': 'TrentService.ListKeys' },
  });
  assert.equal(((await plain.json()) as { __type: string }).__type, 'MissingAuthenticationTokenException');

  const keys = userKeys(cloud, TENANT_A, 'ops', allow('*'));
  const signer = new SignatureV4({ credentials: keys, region: REGION, service: 'glacier', sha256: Sha256 });
  const url = new URL(cloud.endpoint);
  const signed = await signer.sign({
    method: 'GET',
    protocol: 'http:',
    hostname: url.hostname,
    path: '/x',
    headers: { host: url.host },
  });
  const answer = await fetch(`${cloud.endpoint}/x`, { headers: signed.headers });
  assert.match(
    await answer.text(),
    /does not have the service &apos;glacier&apos;|does not have the service 'glacier'/,
  );
});

test('an operation that is not there is named in the error', async (t) => {
  const cloud = await freshCloud(t);
  const keys = userKeys(cloud, TENANT_A, 'ops', allow('*'));
  await assert.rejects(new KMSClient(clientConfig(cloud, keys)).send(new ListKeysCommand({})), {
    name: 'UnknownOperationException',
    message: /local cloud does not have kms: TrentService\.ListKeys/,
  });
  await assert.rejects(stsClient(cloud, keys).send(new GetSessionTokenCommand({})), {
    name: 'InvalidAction',
    message: /GetSessionToken/,
  });
});

test('a parameter that is not known is refused, by name', async (t) => {
  const cloud = await freshCloud(t);
  const keys = userKeys(cloud, TENANT_A, 'ops', allow('*'));
  const role = { RoleArn: `arn:aws:iam::${TENANT_A}:role/any`, RoleSessionName: 'one' };
  await assert.rejects(
    stsClient(cloud, keys).send(new AssumeRoleCommand({ ...role, PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/X' }] })),
    { name: 'ValidationError', message: /PolicyArns/ },
  );
  await assert.rejects(stsClient(cloud, keys).send(new AssumeRoleCommand({ ...role, RoleSessionName: 'a b' })), {
    name: 'ValidationError',
    message: /RoleSessionName/,
  });
});
