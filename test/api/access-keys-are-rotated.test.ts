import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessKeyOfSecret } from '../../core/domain/access-key.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, KEYS, PROVIDER } from './world-records.ts';

const OLD = 'AKIAACMEACMEACMEACME';
const NEW = 'AKIAACMEACMEACMENEXT';
const WEAK = 'AKIAACMEACMEACMEWEAK';
const OTHERS = 'AKIABOLTBOLTBOLTBOLT';
const ARN = `arn:aws:secretsmanager:eu-central-1:${PROVIDER}:secret:holdfast-test-${acme.hypervisorId}`;
const secretOf = (accessKeyId: string): string => KEYS[accessKeyId]?.secret ?? '';

/** `acme` by access key, its secret kept as the first ones were: the secret half alone. */
const openWorld = () => {
  const world = createWorld();
  const keyed: TenantHypervisor = { ...acme, auth: { method: 'access-key', accessKeyId: OLD, secretArn: ARN } };
  world.records.hypervisors.set(keyed.hypervisorId, keyed);
  world.secretStore.set(ARN, secretOf(OLD));
  const path = `/operator/hypervisors/${acme.hypervisorId}/rotate-key`;
  return {
    world,
    rotate: (accessKeyId: string, secretAccessKey = secretOf(accessKeyId)) =>
      callAs(world, PROVIDER)('POST', path, { body: { accessKeyId, secretAccessKey } }),
    path,
    shown: () => (world.records.hypervisors.get(acme.hypervisorId) as TenantHypervisor).auth,
    /** As whoever opens a session reads it. */
    inUse: () => accessKeyOfSecret(world.secretStore.get(ARN) ?? '', OLD),
  };
};

test('a new key that works takes the old one’s place, both halves at once; no answer and no audit entry has its secret', async () => {
  const { world, rotate, shown, inUse } = openWorld();
  assert.deepEqual(inUse(), { accessKeyId: OLD, secretAccessKey: secretOf(OLD) });
  const { status, body, text } = await rotate(NEW);
  assert.deepEqual([status, body.accessKeyId], [200, NEW]);
  assert.deepEqual(inUse(), { accessKeyId: NEW, secretAccessKey: secretOf(NEW) });
  const userArn = `arn:aws:iam::${ACME}:user/holdfast`;
  assert.deepEqual(shown(), { method: 'access-key', accessKeyId: NEW, secretArn: ARN, userArn });
  assert.equal((await rotate(NEW)).status, 200, 'asked again');
  const written = JSON.stringify([
    [...world.records.hypervisors.values()],
    world.calls,
    await world.deps.auditEntries.from(0, 100, 'forwards'),
  ]);
  for (const where of [text, written]) assert.ok(!where.includes('canary'), where);
});

test('a key that does not work, is another account’s or makes no sessions is refused by name, and the old one stays', async () => {
  const { rotate, shown, inUse } = openWorld();
  const before = [shown(), inUse()];
  for (const [key, secret, says] of [
    [NEW, 'not-the-secret-of-that-key', /not valid/],
    [OTHERS, secretOf(OTHERS), /belong to the account 222222222222, not to 111111111111/],
    [WEAK, secretOf(WEAK), /no session can be made from it.*GetFederationToken/],
  ] as const) {
    const { body, text } = await rotate(key, secret);
    assert.deepEqual([body.code, body.status], ['CredentialsRejected', 422], text);
    assert.match(body.detail, says);
    assert.ok(!text.includes(secret));
  }
  assert.deepEqual([shown(), inUse()], before);
});

test('where the secret cannot be written, or the record after it, asking again ends what was begun', async () => {
  const { world, rotate, shown, inUse } = openWorld();
  const { replace } = world.deps.secrets;
  const { setAccessKeyId } = world.deps.catalog.hypervisors;
  world.deps.secrets.replace = async () => {
    throw new Error('throttled');
  };
  assert.equal((await rotate(NEW)).status, 500);
  assert.equal(inUse().accessKeyId, OLD);
  world.deps.secrets.replace = replace;
  world.deps.catalog.hypervisors.setAccessKeyId = async () => {
    throw new Error('throttled');
  };
  assert.equal((await rotate(NEW)).status, 500);
  assert.deepEqual(inUse(), { accessKeyId: NEW, secretAccessKey: secretOf(NEW) }, 'whole, whatever the record says');
  world.deps.catalog.hypervisors.setAccessKeyId = setAccessKeyId;
  assert.equal((await rotate(NEW)).status, 200);
  assert.equal((shown() as { accessKeyId?: string }).accessKeyId, NEW);
});

test('a hypervisor that comes in by a role has no key to rotate; tenants and strangers rotate none', async () => {
  const { world, path, rotate } = openWorld();
  const body = { accessKeyId: NEW, secretAccessKey: secretOf(NEW) };
  assert.equal((await callAs(world, ACME)('POST', path, { body })).status, 403);
  world.records.hypervisors.set(acme.hypervisorId, acme);
  const refused = await rotate(NEW);
  assert.deepEqual([refused.status, /has no access key/.test(refused.body.detail)], [400, true]);
});
