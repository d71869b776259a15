/** Two-person approval as deployed: roles, trust, gateway and table of the local cloud, two tenants. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type ApiClient, createApiClient } from '../../cli/api-client.ts';
import { CliError } from '../../cli/cli-error.ts';
import { WaitsForApproval } from '../../cli/waits-for-approval.ts';
import {
  approverRoutes,
  operatorRoutes,
  operatorTenantPrefix,
  operatorTenantRoutes,
  tenantRoutes,
} from '../../core/contracts/api.ts';
import { runCli } from '../../dev/cli.ts';
import { launchInstance } from '../../dev/demo/tenant-instance.ts';
import { APPROVER, type Credentials } from '../../dev/example-accounts.ts';
import { jobOf, openWorld, type World, waitForJob } from './world.ts';

const assume = async ({ local }: World, user: Credentials, role: string, RoleSessionName: string) => {
  const sts = new STSClient({ endpoint: local.cloud.endpoint, region: local.place.region, credentials: user });
  const RoleArn = `arn:aws:iam::${local.place.accountId}:role/holdfast-${local.place.stage}-${role}`;
  const { Credentials: given } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));
  assert.ok(given?.AccessKeyId && given.SecretAccessKey && given.SessionToken);
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
  };
};

const waiting = async (asked: Promise<unknown>) => {
  const outcome = await asked.catch((error: unknown) => error);
  assert.ok(outcome instanceof WaitsForApproval, String(outcome));
  return outcome.approval;
};
const isRefused = (error: unknown): boolean => error instanceof CliError && error.exitCode === 3;

test('a second person approves what takes protection away, and nobody can be both', { timeout: 240_000 }, async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const { local, operator, tenants } = world;
  const [acme, globex] = tenants;
  const clientOf = (credentials: Credentials & { sessionToken?: string }): ApiClient =>
    createApiClient({ url: new URL(local.apiUrl), region: local.place.region, credentials: async () => credentials });
  const { hypervisorId } = acme;
  await operator.call(operatorRoutes.setProtection, { params: { hypervisorId }, body: { approvals: 'two-person' } });

  const instance = await launchInstance(acme.ec2, 'shop', [1]);
  const points: string[] = [];
  for (let n = 0; n < 2; n += 1) {
    const { jobId } = await acme.api.call(tenantRoutes.startSnapshot, { body: { instanceIds: [instance.instanceId] } });
    await waitForJob(acme, jobId);
    const { state, instances } = await jobOf(acme, jobId);
    assert.equal(state, 'completed');
    points.push(String(instances?.[0]?.recoveryPointId));
  }
  const [old = ''] = points;
  const stateOf = async (recoveryPointId: string) =>
    (await acme.api.call(tenantRoutes.getRecoveryPoint, { params: { recoveryPointId } })).state;

  await t.test('nobody takes a name that is not theirs, and a role’s session no role of these', async () => {
    await assert.rejects(assume(world, local.accounts.approver, 'approver', 'eve'), { name: 'AccessDenied' });
    await assert.rejects(assume(world, local.accounts.approver, 'operator', APPROVER), { name: 'AccessDenied' });
    await assert.rejects(assume(world, local.accounts.operator, 'approver', 'operator'), { name: 'AccessDenied' });
    const session = await assume(world, local.accounts.approver, 'approver', APPROVER);
    await assert.rejects(assume(world, session, 'approver', APPROVER), { name: 'AccessDenied' });
  });

  await t.test(
    'who operates Holdfast comes as the operator’s role, under their own name, to the operators’ routes only',
    async () => {
      await assert.rejects(assume(world, local.accounts.operator, 'operator', 'eve'), { name: 'AccessDenied' });
      const session = clientOf(await assume(world, local.accounts.operator, 'operator', 'operator'));
      assert.equal((await session.call(operatorRoutes.listHypervisors, {})).items.length, 3);
      await assert.rejects(session.call(approverRoutes.listApprovals, { query: { state: 'waiting' } }), isRefused);
    },
  );

  await t.test('the tenant’s own deletion waits, is approved, and is done', async () => {
    const deletion = { params: { recoveryPointId: old } };
    const approval = await waiting(acme.api.call(tenantRoutes.deleteRecoveryPoint, deletion));
    assert.equal(await stateOf(old), 'available');
    const { approvalId } = approval;
    const sam = clientOf(await assume(world, local.accounts.approver, 'approver', APPROVER));
    const { requestHash } = await sam.call(approverRoutes.getApproval, { params: { approvalId } });
    const approve = (client: ApiClient) =>
      client.call(approverRoutes.approve, { params: { approvalId }, body: { requestHash } });
    for (const other of [operator, acme.api, globex.api]) await assert.rejects(approve(other), isRefused);
    await assert.rejects(sam.call(operatorRoutes.listHypervisors, {}), isRefused);
    await assert.rejects(sam.call(tenantRoutes.getOwnHypervisor, {}), isRefused);
    assert.equal(await stateOf(old), 'available');
    assert.equal((await sam.call(approverRoutes.listApprovals, { query: { state: 'waiting' } })).items.length, 1);
    assert.equal((await approve(sam)).state, 'done');
    assert.equal(await stateOf(old), 'expired');
    assert.equal((await acme.api.call(tenantRoutes.getApproval, { params: { approvalId } })).state, 'done');
    await assert.rejects(globex.api.call(tenantRoutes.getApproval, { params: { approvalId } }), isRefused);
  });

  await t.test('the operator’s commands say that it waits, and end with 5; the approver’s have it done', async () => {
    const args = ['hypervisor', 'unbind', hypervisorId, '--leave-points', '--json'];
    const asked = await runCli(local, local.accounts.operator, args);
    assert.equal(asked.exitCode, 5, asked.stderr);
    const { approvalId, requestHash } = JSON.parse(asked.stdout) as { approvalId: string; requestHash: string };
    const params = { hypervisorId };
    assert.ok((await operator.call(operatorRoutes.getHypervisor, { params })).boundTo);
    const session = await assume(world, local.accounts.approver, 'approver', APPROVER);
    const asApprover = (...words: string[]) =>
      runCli(local, session, words, { AWS_SESSION_TOKEN: session.sessionToken });
    const shown = await asApprover('approval', 'show', approvalId, '--approver');
    assert.equal(shown.exitCode, 0, shown.stderr);
    assert.match(shown.stdout, /Unbind acme/);
    const done = await asApprover('approval', 'approve', approvalId, '--request-hash', requestHash);
    assert.equal(done.exitCode, 0, done.stderr);
    assert.equal((await operator.call(operatorRoutes.getHypervisor, { params })).boundTo, undefined);
  });

  await t.test(
    'a rejected one does nothing; another tenant, without two-person approval, waits for nobody',
    async () => {
      const protection = { params: { hypervisorId }, body: { approvals: 'off' } } as const;
      const { approvalId } = await waiting(operator.call(operatorRoutes.setProtection, protection));
      const sam = clientOf(await assume(world, local.accounts.approver, 'approver', APPROVER));
      const rejected = await sam.call(approverRoutes.reject, { params: { approvalId }, body: { reason: 'not now' } });
      assert.equal(rejected.state, 'rejected');
      const route = { ...operatorTenantRoutes.listApprovals, path: `${operatorTenantPrefix}/approvals` };
      const { items } = (await operator.call(route, { params: { hypervisorId } })) as { items: { state: string }[] };
      assert.deepEqual(
        items.map(({ state }) => state),
        ['rejected', 'done', 'done'],
      );
      assert.equal(
        (await operator.call(operatorRoutes.getHypervisor, { params: { hypervisorId } })).approvals,
        'two-person',
      );
      const params = { hypervisorId: globex.hypervisorId };
      assert.equal((await operator.call(operatorRoutes.unbindHypervisor, { params })).boundTo, undefined);
    },
  );
});
