import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { freshCloud, stsClient, TENANT_A, userKeys } from './fresh-cloud.ts';

test('a user with its key learns who it is, without any permission', async (t) => {
  const cloud = await freshCloud(t);
  const identity = await stsClient(cloud, userKeys(cloud, TENANT_A, 'ops')).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Account, TENANT_A);
  assert.equal(identity.Arn, `arn:aws:iam::${TENANT_A}:user/ops`);
  assert.match(identity.UserId ?? '', /^AIDA[A-Z2-7]{17}$/);
});

test('a wrong secret key is refused as STS does', async (t) => {
  const cloud = await freshCloud(t);
  const keys = { ...userKeys(cloud, TENANT_A, 'ops'), secretAccessKey: 'x'.repeat(40) };
  await assert.rejects(stsClient(cloud, keys).send(new GetCallerIdentityCommand({})), {
    name: 'SignatureDoesNotMatch',
  });
});
