import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateSnapshotCommand } from '@aws-sdk/client-ec2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { type Credentials, clientSettings } from '../../adapters/aws/clients.ts';
import { createCredentialCheck } from '../../adapters/aws/credential-check.ts';
import { createSecretsManagerSecrets } from '../../adapters/aws/secrets-manager-secrets.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { CredentialsRejected } from '../../core/domain/errors.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { CredentialCheck } from '../../core/ports/credential-check.ts';
import type { TenantScopes } from '../../core/ports/tenant-scope.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { deployTenantUser } from '../../dev/tenant-user.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { freshId } from './records.ts';
import { launchInstance, REGION, startWorld, until, type World } from './world.ts';

describe("ways into tenants' accounts", () => {
  let world: World;
  let check: CredentialCheck;
  let scopes: TenantScopes;
  let operator: ReturnType<typeof createSecretsManagerSecrets>;
  const jobId = freshId('job');

  before(async () => {
    world = await startWorld();
    const api = clientSettings('own', REGION, world.as('OperatorApiRole'));
    check = createCredentialCheck({ sts: new STSClient(api), hubRoleArn: world.arn('HubRole') });
    operator = createSecretsManagerSecrets({ client: new SecretsManagerClient(api) });
    const steps = clientSettings('own', REGION, world.as('CleanUpRole'));
    scopes = createTenantScopes({
      sts: new STSClient(steps),
      secrets: new SecretsManagerClient(steps),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
    });
  });
  after(() => world.stop());

  const userKey = (accountId: string, name: string, ...policies: PolicyDocument[]): Credentials => {
    world.cloud.admin.putUser({
      accountId,
      name,
      policies: Object.fromEntries(policies.map((policy, i) => [`p${i}`, policy])),
    });
    return world.cloud.admin.createAccessKey(accountId, name);
  };

  const withKey = async (tenant: TenantHypervisor, key: Credentials): Promise<TenantHypervisor> => {
    const name = `holdfast-test-${freshId('hv')}`;
    const secretArn = await operator.create(name, key.secretAccessKey);
    return { ...tenant, auth: { method: 'access-key', accessKeyId: key.accessKeyId, secretArn } };
  };

  it('works with an access key as with a role, and no further than the shipped permissions', async () => {
    const { accountId } = world.tenants[1];
    const tenant = await withKey(world.tenants[1], await deployTenantUser(world.cloud, accountId));
    const id = await launchInstance(world.ec2(1), 'by key');
    const scope = await scopes.open(tenant, jobId, { to: 'protect' });
    await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    const made = await scope.snapshots.createForInstance(id, [], {
      [TAG.job]: jobId,
      [TAG.operation]: freshId('op'),
    });
    assert.equal(made.length, 3);
    for (const { snapshotId } of made) await scope.snapshots.delete(snapshotId);
    await assert.rejects(scope.instances.terminate(id), { name: 'TenantAccessLost' });
  });

  it('opens an account by its access key for retention, which the tick does by itself', async () => {
    const { accountId } = world.tenants[1];
    const tenant = await withKey(world.tenants[1], await deployTenantUser(world.cloud, accountId));
    const tick = clientSettings('own', REGION, world.as('TickRole'));
    const clients = { sts: new STSClient(tick), secrets: new SecretsManagerClient(tick) };
    const byItself = createTenantScopes({ ...clients, hubRoleArn: world.arn('HubRole'), region: REGION });
    const retain = await byItself.open(tenant, jobId, { to: 'retain' });
    assert.deepEqual(await retain.snapshots.describe(['snap-0123456789abcdef0']), []);
  });

  it('narrows an access key that may do everything', async () => {
    const all: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
    const tenant = await withKey(world.tenants[1], userKey(world.tenants[1].accountId, 'almighty', all));
    const id = await launchInstance(world.ec2(1), 'not ours');
    const scope = await scopes.open(tenant, jobId, { to: 'protect' });
    await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    const { SnapshotId = '' } = await world
      .ec2(1)
      .send(new CreateSnapshotCommand({ VolumeId: (await scope.instances.describe(id))?.volumes[0]?.volumeId }));
    await assert.rejects(scope.snapshots.delete(SnapshotId), { name: 'TenantAccessLost' });
    await assert.rejects(scope.instances.terminate(id), { name: 'TenantAccessLost' });
  });

  it('loses access with a key that is wrong or was deleted, naming the key and never its secret', async () => {
    const key = await deployTenantUser(world.cloud, world.tenants[1].accountId, 'holdfast-leaver');
    const wrong = await withKey(world.tenants[1], { ...key, secretAccessKey: 'CANARY-wrong-secret-0123456789' });
    const right = await withKey(world.tenants[1], key);
    world.cloud.admin.deleteAccessKey(key.accessKeyId);
    for (const tenant of [wrong, right]) {
      await assert.rejects(scopes.open(tenant, jobId, { to: 'protect' }), (error: Error) => {
        assert.equal(error.name, 'TenantAccessLost');
        assert.match(error.message, new RegExp(key.accessKeyId));
        assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error.cause)}`, /CANARY/);
        assert.ok(!JSON.stringify(error.cause).includes(key.secretAccessKey));
        return true;
      });
    }
  });

  it("never stands in for a tenant with the deployment's own role", async () => {
    await assert.rejects(
      scopes.open({ ...world.tenants[0], auth: { method: 'iam-role' } }, jobId, { to: 'look' }),
      TypeError,
    );
  });

  it('keeps a secret under its name, and deletes it for good', async () => {
    const name = `holdfast-test-${freshId('hv')}`;
    const arn = await operator.create(name, 'CANARY');
    assert.equal(await operator.create(name, 'CANARY'), arn, 'asked again, it is found');
    await operator.delete(arn);
    await operator.delete(name);
    assert.notEqual(await operator.create(name, 'again'), undefined);
  });

  it('tells whose credentials are given', async () => {
    const [a] = world.tenants;
    assert.equal((await check.identify({ method: 'iam-role' }, REGION)).accountId, SERVICE_ACCOUNT);
    assert.equal(a.auth.method, 'assume-role');
    if (a.auth.method === 'assume-role') {
      const who = await check.identify(a.auth, REGION);
      assert.equal(who.accountId, a.accountId);
      assert.match(who.arn, /assumed-role\/holdfast-tenant\//);
    }
    const key = userKey(a.accountId, 'anybody');
    const { accountId } = await check.identify({ method: 'access-key', ...key }, REGION);
    assert.equal(accountId, a.accountId);
  });

  it('rejects credentials that do not work', async () => {
    const [a, b] = world.tenants;
    assert.ok(a.auth.method === 'assume-role' && b.auth.method === 'assume-role');
    const key = userKey(a.accountId, 'wrong');
    for (const auth of [
      { ...a.auth, externalId: b.auth.externalId },
      { ...a.auth, roleArn: `arn:aws:iam::${a.accountId}:role/holdfast-none` },
      { method: 'access-key' as const, ...key, secretAccessKey: 'x'.repeat(40) },
      { method: 'access-key' as const, accessKeyId: 'AKIA0000000000000000', secretAccessKey: 'x'.repeat(40) },
    ])
      await assert.rejects(check.identify(auth, REGION), { name: 'CredentialsRejected' });
  });

  it('rejects a role that does not insist on its ExternalId', async () => {
    const { accountId } = world.tenants[0];
    const trust = (condition: object) => ({
      Statement: {
        Effect: 'Allow' as const,
        Principal: { AWS: world.arn('HubRole') },
        Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
        ...condition,
      },
    });
    for (const [name, condition, words] of [
      ['holdfast-open', {}, /without an ExternalId/],
      ['holdfast-if', { Condition: { StringEqualsIfExists: { 'sts:ExternalId': 'ours' } } }, /without an ExternalId/],
      ['holdfast-any', { Condition: { StringLike: { 'sts:ExternalId': '*' } } }, /with another ExternalId/],
      ['holdfast-begin', { Condition: { StringLike: { 'sts:ExternalId': 'our*' } } }, /with another ExternalId/],
      ['holdfast-end', { Condition: { StringLike: { 'sts:ExternalId': '*urs' } } }, /with another ExternalId/],
    ] as const) {
      const { arn } = world.cloud.admin.putRole({ accountId, name, trustPolicy: trust(condition), policies: {} });
      const refused = await check.identify({ method: 'assume-role', roleArn: arn, externalId: 'ours' }, REGION).then(
        () => assert.fail(`${name} was taken`),
        (error: unknown) => error as CredentialsRejected,
      );
      assert.equal(refused.name, 'CredentialsRejected');
      assert.match(refused.message, words);
      assert.match(refused.remedy ?? '', /"sts:ExternalId":"ours"/, 'names the trust policy to set');
    }
  });

  it('says TransientFailure, not that the credentials are wrong, when STS fails', async () => {
    for (const kind of ['throttle', 'error-500'] as const) {
      const fault = world.cloud.faults.add({ service: 'sts', operation: 'GetCallerIdentity', kind });
      await assert.rejects(check.identify({ method: 'iam-role' }, REGION), { name: 'TransientFailure' });
      assert.ok(fault.fired > 0);
      fault.remove();
    }
  });
});
