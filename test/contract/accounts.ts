import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createCredentialCheck } from '../../adapters/aws/credential-check.ts';
import { assumeRole } from '../../adapters/aws/sts-sessions.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { CredentialCheck } from '../../core/ports/credential-check.ts';
import { freshName, REGION, SERVICE_ACCOUNT, type TheCloud } from './cloud.ts';
import { scopesOf } from './tenants.ts';

const authOf = ({ auth }: TenantHypervisor) =>
  auth.method === 'assume-role' ? auth : assert.fail(`a tenant by ${auth.method}`);

export const accountsContract = (cloud: TheCloud): void => {
  describe('sessions in several accounts', () => {
    const jobId = freshName('job');
    let check: CredentialCheck;
    let sts: STSClient;
    before(() => {
      const api = clientSettings('own', REGION, cloud().as('OperatorApiRole'));
      check = createCredentialCheck({ sts: new STSClient(api), hubRoleArn: cloud().hubRoleArn });
      sts = new STSClient(clientSettings('own', REGION, cloud().as('PlanTransferRole')));
    });

    it('of the control plane itself say whose they are', async () => {
      assert.equal((await check.identify({ method: 'iam-role' }, REGION)).accountId, SERVICE_ACCOUNT);
    });

    it('of the hub role are named after the job, and last at most an hour', async () => {
      const session = await assumeRole(sts, { roleArn: cloud().hubRoleArn, jobId });
      const seconds = (session.expiresAt - Date.now()) / 1_000;
      assert.ok(seconds > 3_500 && seconds <= 3_600, `${seconds} s`);
      const asHub = new STSClient(clientSettings('tenant', REGION, session));
      const { Account, Arn } = await asHub.send(new GetCallerIdentityCommand({}));
      const [role] = cloud().hubRoleArn.split('/').slice(-1);
      assert.deepEqual(
        [Account, Arn],
        [SERVICE_ACCOUNT, `arn:aws:sts::${SERVICE_ACCOUNT}:assumed-role/${role}/${jobId}`],
      );
    });

    for (const tenant of [0, 1] as const)
      it(`of tenant ${tenant} are in its account, by way of the hub role`, async () => {
        const { accountId } = cloud().tenants[tenant];
        const hub = await assumeRole(sts, { roleArn: cloud().hubRoleArn, jobId });
        const session = await assumeRole(new STSClient(clientSettings('tenant', REGION, hub)), {
          ...authOf(cloud().tenants[tenant]),
          ...{ jobId, tenantId: cloud().tenants[tenant].hypervisorId },
          policy: { Statement: [{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }] },
        });
        const inside = new STSClient(clientSettings('tenant', REGION, session));
        const { Account, Arn } = await inside.send(new GetCallerIdentityCommand({}));
        assert.equal(Account, accountId);
        assert.match(Arn ?? '', new RegExp(`^arn:aws:sts::${accountId}:assumed-role/[\\w-]+/${jobId}$`));
      });

    it('of a role that insists on its ExternalId are taken for good', async () => {
      const [tenant] = cloud().tenants;
      const who = await check.identify(authOf(tenant), REGION);
      assert.equal(who.accountId, tenant.accountId);
    });

    it('are not made with another tenant’s ExternalId', async () => {
      const [a, b] = cloud().tenants;
      const auth = { ...authOf(a), externalId: authOf(b).externalId };
      await assert.rejects(scopesOf(cloud).open({ ...a, auth }, jobId, { to: 'look' }), { name: 'TenantAccessLost' });
      await assert.rejects(check.identify(auth, REGION), { name: 'CredentialsRejected' });
    });

    it('are not made of a role that is gone, in words that show a tenant nothing of the service side', async () => {
      const [tenant] = cloud().tenants;
      const roleArn = `arn:aws:iam::${tenant.accountId}:role/holdfast-gone`;
      const auth = { ...authOf(tenant), roleArn };
      await assert.rejects(
        scopesOf(cloud).open({ ...tenant, auth }, jobId, { to: 'look' }),
        (error: Error & { tenantMessage?: string }) => {
          assert.equal(error.name, 'TenantAccessLost');
          assert.doesNotMatch(error.tenantMessage ?? '', new RegExp(SERVICE_ACCOUNT));
          assert.match(error.tenantMessage ?? '', /holdfast-gone does not allow sts:AssumeRole/);
          return true;
        },
      );
    });

    it('are not made with an access key that is nobody’s', async () => {
      const key = { accessKeyId: 'AKIA0000000000000000', secretAccessKey: 'x'.repeat(40) };
      await assert.rejects(check.identify({ method: 'access-key', ...key }, REGION), { name: 'CredentialsRejected' });
    });
  });
};
