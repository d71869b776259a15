import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshExternalId } from '../../adapters/system.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, INVITED, PROVIDER } from './world-records.ts';

const NEW = '444444444444';
const HUB = `arn:aws:iam::${PROVIDER}:role/holdfast-test-hub`;
const asked = (accountId: string, more: object = {}) => ({ accountId, name: 'shop', region: 'eu-west-1', ...more });
const tenant = (accountId: string, externalId?: string) => ({
  kind: 'tenant',
  name: 'shop',
  accountId,
  region: 'eu-west-1',
  auth: {
    method: 'assume-role',
    roleArn: `arn:aws:iam::${accountId}:role/holdfast-tenant`,
    ...(externalId === undefined ? {} : { externalId }),
  },
});
const operators = (world: ReturnType<typeof createWorld>) => {
  const call = callAs(world, PROVIDER);
  return {
    call,
    invite: (accountId: string, more?: object) =>
      call('POST', '/operator/invitations', { body: asked(accountId, more) }),
    add: (accountId: string, externalId?: string) =>
      call('POST', '/operator/hypervisors', { body: tenant(accountId, externalId) }),
  };
};

test('an invited account gets a template that trusts the hub role alone, under an ExternalId of its own', async () => {
  const { invite } = operators(createWorld());
  const { status, body } = await invite(NEW);
  assert.equal(status, 201);
  assert.deepEqual([body.hubRoleArn, body.roleArn], [HUB, `arn:aws:iam::${NEW}:role/holdfast-tenant`]);
  const { TenantRole } = JSON.parse(body.template).Resources;
  assert.equal(TenantRole.Properties.RoleName, 'holdfast-tenant');
  const { Statement } = TenantRole.Properties.AssumeRolePolicyDocument;
  assert.deepEqual(
    Statement.map(({ Principal }: { Principal: unknown }) => Principal),
    [{ AWS: HUB }, { AWS: HUB }],
  );
  assert.deepEqual(Statement[0].Condition, { StringEquals: { 'sts:ExternalId': body.externalId } });
  assert.equal(Statement[0].Action, 'sts:AssumeRole');
  assert.ok(!String(Statement[1].Action).includes('AssumeRole'));
});

test('invited again, the account has the same ExternalId; another account never has it', async () => {
  const { invite } = operators(createWorld());
  const first = (await invite(NEW)).body;
  const again = (await invite(NEW, { name: 'renamed', region: 'us-east-1' })).body;
  assert.deepEqual([again.externalId, again.invitedAt], [first.externalId, first.invitedAt]);
  assert.deepEqual([again.name, again.region], ['renamed', 'us-east-1']);
  assert.notEqual((await invite('555555555555')).body.externalId, first.externalId);
  const all = await Promise.all(Array.from({ length: 8 }, () => invite('666666666666')));
  assert.equal(new Set(all.map(({ body }) => body.externalId)).size, 1);
});

test('an ExternalId has 128 random bits', () => {
  const many = Array.from({ length: 1_000 }, freshExternalId);
  for (const each of many) assert.match(each, /^[0-9a-f]{32}$/);
  assert.equal(new Set(many).size, many.length);
  // a bit that never changed would not be random: 1 in 2^990 that one of 128 does so by chance
  const bits = many.map((hex) => BigInt(`0x${hex}`));
  assert.equal(
    bits.reduce((seen, each) => seen | each),
    2n ** 128n - 1n,
  );
  assert.equal(
    bits.reduce((seen, each) => seen & each),
    0n,
  );
});

test('the template allows only what its features need', async () => {
  const { invite } = operators(createWorld());
  const actions = async (more: object) => {
    const { template } = (await invite(NEW, more)).body;
    const { Policies } = JSON.parse(template).Resources.TenantRole.Properties;
    return JSON.stringify(Policies.map(({ PolicyDocument }: { PolicyDocument: unknown }) => PolicyDocument));
  };
  const [all, snapshots] = [await actions({}), await actions({ features: ['snapshot'] })];
  assert.ok(all.includes('ec2:RunInstances') && snapshots.includes('ec2:CreateSnapshots'));
  assert.ok(!snapshots.includes('ec2:RunInstances') && !snapshots.includes('ebs:GetSnapshotBlock'));
  // IAM's limit for all inline policies of a role together, without white space
  assert.ok(all.length < 10_240, `${all.length} characters`);
  const { body } = await invite(NEW, { features: ['snapshot', 'everything'] });
  assert.deepEqual([body.status, body.field], [400, 'features']);
  assert.match(body.detail, /no feature everything: there are .*snapshot/);
});

test('invited again, the account is allowed what it was allowed, unless somebody says otherwise', async () => {
  const world = createWorld();
  const { invite } = operators(world);
  const policies = ({ template }: { template: string }) =>
    JSON.stringify(JSON.parse(template).Resources.TenantRole.Properties.Policies);
  const first = (await invite(NEW, { features: ['snapshot', 'check'] })).body;
  const again = (await invite(NEW)).body;
  assert.deepEqual(
    [first.features, again.features],
    [
      ['snapshot', 'check'],
      ['snapshot', 'check'],
    ],
  );
  assert.equal(policies(again), policies(first));
  const wider = (await invite(NEW, { features: ['snapshot', 'restore'] })).body;
  assert.ok(policies(wider).includes('ec2:RunInstances') && !policies(again).includes('ec2:RunInstances'));
  assert.deepEqual((await invite(NEW)).body.features, ['snapshot', 'restore']);
  assert.equal((await invite(NEW, { features: ['nonsense'] })).status, 400);
  assert.deepEqual((await invite(NEW)).body.features, ['snapshot', 'restore'], 'what is refused is not kept');
  world.records.invitations.set(NEW, {
    ...world.records.invitations.get(NEW),
    features: ['snapshot', 'of-old'],
  } as never);
  assert.deepEqual((await invite(NEW)).body.features, ['snapshot'], 'what there is no more is no permission');
  assert.ok((await invite('555555555555')).body.features.includes('restore'), 'at first everything');
});

test('a tenant is added under the ExternalId that its account was invited under, without naming it', async () => {
  const world = createWorld();
  const { invite, add } = operators(world);
  const { externalId } = (await invite(NEW)).body;
  const { status, body } = await add(NEW);
  assert.deepEqual([status, body.externalId], [201, externalId]);
  assert.equal((await invite(NEW)).body.hypervisorId, body.hypervisorId);
});

test('an account that was not invited is refused, saying how', async () => {
  const { body } = await operators(createWorld()).add(NEW, 'chosen-by-somebody');
  assert.deepEqual([body.status, body.code, body.field], [409, 'Conflict', 'accountId']);
  assert.match(body.remedy, /holdfast tenant invite --account 444444444444 --name 'shop' --region eu-west-1/);
});

test('an ExternalId that is not the account’s own is refused, also if it is another account’s', async () => {
  const world = createWorld();
  const { add } = operators(world);
  for (const foreign of ['chosen-by-somebody', 'external-1', 'ext-1 ', 'EXT-1', 'ext-']) {
    const { body } = await add(INVITED, foreign);
    assert.deepEqual([body.status, body.code, body.field], [400, 'InvalidRequest', 'auth.externalId'], foreign);
    assert.match(body.remedy, /Leave it out/);
    assert.doesNotMatch(JSON.stringify(body), /"ext-1"/, 'ours is not told');
  }
  assert.equal((await add(INVITED, 'ext-1')).status, 201);
});

test('an account keeps its ExternalId when its hypervisor is removed, and is added under it again', async () => {
  const world = createWorld();
  const { call, invite, add } = operators(world);
  const first = (await add(INVITED)).body;
  assert.equal((await call('DELETE', `/operator/hypervisors/${first.hypervisorId}`)).status, 200);
  assert.equal((await invite(INVITED)).body.externalId, 'ext-1');
  assert.equal((await invite(INVITED)).body.hypervisorId, undefined);
  assert.equal((await add(INVITED, 'another')).status, 400);
  assert.equal((await add(INVITED)).body.externalId, 'ext-1');
});

test('a tenant with an access key needs no invitation', async () => {
  const world = createWorld();
  world.records.invitations.clear();
  world.records.hypervisors.delete(acme.hypervisorId);
  const auth = {
    method: 'access-key',
    accessKeyId: 'AKIAACMEACMEACMEACME',
    secretAccessKey: 'acme-secret-canary-0000000000000000',
  };
  const body = { ...tenant(ACME), auth };
  assert.equal((await callAs(world, PROVIDER)('POST', '/operator/hypervisors', { body })).status, 201);
});

test('the deployment’s own account is no tenant, and no tenant invites', async () => {
  const world = createWorld();
  assert.equal((await operators(world).invite(PROVIDER)).body.field, 'accountId');
  const before = world.records.invitations.size;
  const { status } = await callAs(world, ACME)('POST', '/operator/invitations', { body: asked(NEW) });
  assert.equal(status, 403);
  assert.equal(world.records.invitations.size, before);
});
