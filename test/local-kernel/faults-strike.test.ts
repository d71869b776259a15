import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { FaultKind } from '../../local/faults/faults.ts';
import { allow, clientConfig, freshCloud, REGION, stsClient, TENANT_A, userKeys } from './fresh-cloud.ts';

test('each kind of fault reaches the SDK as it would from AWS, with or without the effect', async (t) => {
  const cloud = await freshCloud(t);
  const kms = new KMSClient(clientConfig(cloud, userKeys(cloud, TENANT_A, 'ops', allow('kms:*'))));
  const table = cloud.kernel.store.table('kms.keys');
  const keys = (): number => [...table.entries()].length;
  const kinds: [FaultKind, string | RegExp, boolean][] = [
    ['throttle', 'ThrottlingException', false],
    ['error-500', 'KMSInternalException', false],
    ['error-503', 'ServiceUnavailableException', false],
    ['access-denied', 'AccessDeniedException', false],
    ['timeout-before', /socket hang up|ECONNRESET/, false],
    ['reset', /ECONNRESET/, false],
    ['timeout-after', /socket hang up|ECONNRESET/, true],
  ];
  for (const [kind, expected, effect] of kinds) {
    const before = keys();
    const fault = cloud.faults.add({ service: 'kms', operation: 'CreateKey', kind, nth: 1 });
    await assert.rejects(kms.send(new CreateKeyCommand({})), (error: Error & { code?: string }) => {
      if (typeof expected === 'string') assert.equal(error.name, expected);
      else assert.match(`${error.message} ${error.code}`, expected, kind);
      return true;
    });
    assert.equal(fault.fired, 1);
    assert.equal(keys() - before, effect ? 1 : 0, kind);
    await kms.send(new CreateKeyCommand({}));
    assert.equal(fault.fired, 1);
    fault.remove();
  }
  assert.equal((await cloud.trail.records({ errorCode: 'NoAnswer' })).length, 3);
});

test('throttling has the name that each protocol gives it', async (t) => {
  const cloud = await freshCloud(t);
  const keys = userKeys(cloud, TENANT_A, 'ops', allow('*'));
  cloud.faults.add({ service: 'sts', operation: 'GetCallerIdentity', kind: 'throttle' });
  cloud.faults.add({ service: 's3', operation: 'ListBuckets', kind: 'throttle' });
  await assert.rejects(stsClient(cloud, keys).send(new GetCallerIdentityCommand({})), { name: 'Throttling' });
  await assert.rejects(new S3Client(clientConfig(cloud, keys)).send(new ListBucketsCommand({})), { name: 'SlowDown' });
  cloud.faults.clear();
  await stsClient(cloud, keys).send(new GetCallerIdentityCommand({}));
});

test('rules choose calls: the nth, every so-manieth, by chance from a seed, by input, so often and no more', async (t) => {
  const cloud = await freshCloud(t);
  const root = cloud.admin.rootPrincipal(TENANT_A);
  const call = async (Limit: number): Promise<boolean> => {
    try {
      await cloud.kernel.call(root, REGION, 'kms', 'ListAliases', { Limit });
      return true;
    } catch {
      return false;
    }
  };
  const pattern = async (calls: number): Promise<string> => {
    let text = '';
    for (let i = 1; i <= calls; i++) text += (await call(i)) ? '.' : 'x';
    cloud.faults.clear();
    return text;
  };
  const rule = { service: 'kms', operation: 'ListAliases', kind: 'throttle' } as const;
  cloud.faults.add({ ...rule, nth: 3 });
  assert.equal(await pattern(6), '..x...');
  cloud.faults.add({ ...rule, nth: 2, count: 3 });
  assert.equal(await pattern(6), '.xxx..');
  cloud.faults.add({ ...rule, every: 2 });
  assert.equal(await pattern(6), '.x.x.x');
  cloud.faults.add({ ...rule, every: 2, count: 1 });
  assert.equal(await pattern(6), '.x....');
  cloud.faults.add({ ...rule, where: (input) => (input as { Limit: number }).Limit > 4 });
  assert.equal(await pattern(6), '....xx');
  const chance = { ...rule, probability: 0.3, seed: 's' };
  cloud.faults.add(chance);
  const first = await pattern(60);
  cloud.faults.add(chance);
  assert.equal(await pattern(60), first);
  const hits = first.replaceAll('.', '').length;
  assert.ok(hits > 8 && hits < 30, `${hits} of 60`);
});

test('from inside the cloud, a call without answer looks as it does to an SDK', async (t) => {
  const cloud = await freshCloud(t);
  cloud.faults.add({ service: 'kms', operation: 'ListAliases', kind: 'timeout-after' });
  const root = cloud.admin.rootPrincipal(TENANT_A);
  await assert.rejects(cloud.kernel.call(root, REGION, 'kms', 'ListAliases', {}), { code: 'SdkClientException' });
});
