import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createCredentialCheck } from '../../adapters/aws/credential-check.ts';
import { createPermissionCheck } from '../../adapters/aws/permission-check.ts';
import { createSecretsManagerSecrets } from '../../adapters/aws/secrets-manager-secrets.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { createTenantSessions } from '../../adapters/aws/tenant-sessions.ts';
import { secretOfAccessKey } from '../../core/domain/access-key.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { deployTenantUser } from '../../dev/tenant-user.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { freshId } from './records.ts';
import { REGION, startWorld, type World } from './world.ts';

const revoked = { at: 1, by: 'arn:aws:iam::111111111111:user/ops', revision: 1 };

describe('access to a tenant’s account', () => {
  let world: World;
  const jobId = freshId('job');
  const options = (role: string) => {
    const settings = clientSettings('own', REGION, world.as(role));
    return {
      sts: new STSClient(settings),
      secrets: new SecretsManagerClient(settings),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
    };
  };
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  const keyOf = (name: string, ...policies: PolicyDocument[]) => {
    const { accountId } = world.tenants[1];
    world.cloud.admin.putUser({
      accountId,
      name,
      policies: Object.fromEntries(policies.map((each, n) => [`p${n}`, each])),
    });
    return world.cloud.admin.createAccessKey(accountId, name);
  };
  const shippedKey = (name: string) => deployTenantUser(world.cloud, world.tenants[1].accountId, name);
  const keyed = (auth: { accessKeyId: string; secretArn: string }): TenantHypervisor => ({
    ...world.tenants[1],
    auth: { method: 'access-key', ...auth },
  });

  it('is had by the old key or the new one all through a rotation, whatever the record that was read says', async () => {
    const secrets = createSecretsManagerSecrets({ client: options('OperatorApiRole').secrets });
    const scopes = createTenantScopes(options('CleanUpRole'));
    const [old, next] = [await shippedKey('holdfast-rotating'), await shippedKey('holdfast-rotating')];
    // as the first ones were kept: the secret half alone
    const secretArn = await secrets.create(`holdfast-test-${freshId('hv')}`, old.secretAccessKey);
    const before = keyed({ accessKeyId: old.accessKeyId, secretArn });
    const after = keyed({ accessKeyId: next.accessKeyId, secretArn });
    const works = async (tenant: TenantHypervisor) =>
      (await scopes.open(tenant, jobId, { to: 'look' })).instances.list();
    const running = await scopes.open(before, jobId, { to: 'look' });
    let rotating = true;
    const readers = Promise.all(
      [before, before, before].map(async (tenant) => {
        let opened = 0;
        for (; rotating || opened < 3; opened++) await works(tenant);
        return opened;
      }),
    );
    await secrets.replace(secretArn, secretOfAccessKey(next));
    rotating = false;
    await readers;
    world.cloud.admin.deleteAccessKey(old.accessKeyId);
    for (const tenant of [before, after]) await works(tenant);
    await running.instances.list();
  });

  it('is not had by a key that may make no sessions: that is told before it is taken', async () => {
    const check = createCredentialCheck(options('OperatorApiRole'));
    const able = await shippedKey('holdfast-able');
    await check.checkSessions(able, REGION);
    const look: PolicyDocument = { Statement: { Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' } };
    const weak = keyOf('weak', look);
    await assert.rejects(check.checkSessions(weak, REGION), { name: 'CredentialsRejected' });
    await assert.rejects(
      check.checkSessions({ ...able, secretAccessKey: 'CANARY-0123456789' }, REGION),
      (error: Error) => {
        assert.equal(error.name, 'CredentialsRejected');
        return !`${error.message} ${JSON.stringify(error.cause)}`.includes('CANARY');
      },
    );
  });

  it('is opened for nothing once it was revoked, but to end what was begun; of the permission check, too', async () => {
    const scopes = createTenantScopes(options('CleanUpRole'));
    const sessions = createTenantSessions(options('BrokerRole'));
    const secrets = createSecretsManagerSecrets({ client: options('OperatorApiRole').secrets });
    const key = await shippedKey('holdfast-revoked');
    const secretArn = await secrets.create(`holdfast-test-${freshId('hv')}`, secretOfAccessKey(key));
    const byKey = keyed({ accessKeyId: key.accessKeyId, secretArn });
    for (const open of [world.tenants[0], byKey]) {
      const tenant = { ...open, revoked };
      const since = await world.cloud.trail.mark();
      const instanceId = 'i-0123456789abcdef0';
      for (const to of ['look', 'survey', 'protect', 'retain', 'restore', 'replace'] as const)
        await assert.rejects(scopes.open(tenant, jobId, { to, instanceId }), {
          name: 'TenantAccessLost',
          message: /was revoked at 1970/,
        });
      const policy = { Statement: [{ Effect: 'Allow', Action: 'ec2:DescribeVolumes', Resource: '*' }] } as const;
      await assert.rejects(sessions.open(tenant, jobId, policy), { name: 'TenantAccessLost' });
      const questions = [{ action: 'ec2:DescribeVolumes', resources: ['*'], feature: 'base', context: {} }] as never;
      await assert.rejects(createPermissionCheck(options('OperatorApiRole')).ask(tenant, questions), {
        name: 'TenantAccessLost',
      });
      const reached = await world.cloud.trail.records({ account: tenant.accountId, since });
      assert.deepEqual(
        reached.map(({ eventName }) => eventName),
        [],
        'nothing was even asked of the account',
      );
      await scopes.open(tenant, jobId, { to: 'clean-up' });
      await scopes.open(tenant, jobId, { to: 'protect', instanceId, closing: true });
      await scopes.open(open, jobId, { to: 'look' });
    }
  });
});
