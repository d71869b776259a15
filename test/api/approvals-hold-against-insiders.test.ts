/** Two people are two people, and what they agree on is what is done: also where one of them, or a record, plays false. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { as, EVE, idOf, own, points, protectedWorld, SAM_APPROVES, TENANTS_USER } from './approvals-world.ts';
import type { World } from './world.ts';
import { ACME, acme } from './world-records.ts';

const onAcme = `/operator/tenants/${acme.hypervisorId}`;
const onHypervisor = `/operator/hypervisors/${acme.hypervisorId}`;
const approve = (world: World, approvalId: string) => {
  const requestHash = world.records.approvals.get(approvalId)?.requestHash ?? '';
  return as(world, SAM_APPROVES)('POST', `/approver/approvals/${approvalId}/approve`, { body: { requestHash } });
};
const tenantOf = (world: World) => world.records.hypervisors.get(acme.hypervisorId) as TenantHypervisor;
const stateOf = (world: World, n: number) => world.records.points.get(idOf(n))?.state;

test('what a thief of the tenant’s credentials has asked for is rejected when the access is revoked', async () => {
  const world = protectedWorld();
  const thiefs = (await as(world, TENANTS_USER)('DELETE', `/recovery-points/${idOf(3)}`)).body;
  const operators = (await as(world, EVE)('DELETE', `${onAcme}/recovery-points/${idOf(2)}`)).body;
  assert.equal((await as(world, EVE)('POST', `${onHypervisor}/revoke`, { body: { reason: 'stolen' } })).status, 200);
  const shown = (await as(world, SAM_APPROVES)('GET', `/approver/approvals/${thiefs.approvalId}`)).body;
  assert.deepEqual([shown.state, shown.decidedBy], ['rejected', EVE]);
  const { items } = (await as(world, SAM_APPROVES)('GET', '/approver/approvals')).body;
  assert.ok(items.length === 2 && items.every((each: { tenantRevokedAt?: string }) => each.tenantRevokedAt));
  assert.equal((await approve(world, thiefs.approvalId)).status, 409);
  assert.equal(stateOf(world, 3), 'available');
  assert.equal((await approve(world, operators.approvalId)).body.state, 'done', 'the operator’s own is still theirs');
  assert.ok(!(await as(world, TENANTS_USER)('GET', '/approvals')).text.includes('tenantRevokedAt'));
});

test('and one that was approved just then, or was interrupted, is void', async () => {
  const world = protectedWorld();
  const { approvalId } = (await as(world, TENANTS_USER)('DELETE', `/recovery-points/${idOf(3)}`)).body;
  const revoked = { at: 1, by: EVE, reason: 'stolen', revision: 1 };
  world.records.hypervisors.set(acme.hypervisorId, { ...tenantOf(world), revoked });
  const { status, body } = await approve(world, approvalId);
  assert.deepEqual([status, body.state, stateOf(world, 3)], [200, 'failed', 'available']);
  assert.match(body.error.message, /revoked/);
});

test('the provider’s own way into the account asks for nothing: whoever has its key, or its role, is no second person', async () => {
  const userArn = `arn:aws:iam::${ACME}:user/holdfast`;
  const key = { method: 'access-key', accessKeyId: 'AKIA', secretArn: 'arn' } as const;
  const { auth: role } = acme;
  const session = (name: string) => `arn:aws:sts::${ACME}:assumed-role/${name}/sam`;
  const federated = `arn:aws:sts::${ACME}:federated-user/job-1`;
  const cases: [TenantHypervisor['auth'], string, number][] = [
    [{ ...key, userArn }, userArn, 403],
    [{ ...key, userArn }, federated, 403],
    [{ ...key, userArn }, TENANTS_USER, 202],
    [{ ...key, userArn }, session('holdfast'), 202],
    [{ ...key, userArn: `arn:aws:iam::${ACME}:root` }, `arn:aws:iam::${ACME}:root`, 403],
    // whose key it is was not noted when it was added: it may be anybody's there
    [key, TENANTS_USER, 403],
    [role, session('holdfast'), 403],
    [{ ...role, roleArn: `arn:aws:iam::${ACME}:role/path/of/holdfast` } as never, session('holdfast'), 403],
    [role, session('holdfast-admins'), 202],
    [role, session('x-holdfast'), 202],
    [role, TENANTS_USER, 202],
  ];
  for (const [auth, arn, expected] of cases) {
    const world = protectedWorld();
    world.records.hypervisors.set(acme.hypervisorId, { ...tenantOf(world), auth });
    const { status, text } = await as(world, arn)('DELETE', `/recovery-points/${idOf(3)}`);
    assert.deepEqual([status, world.records.approvals.size], [expected, expected === 202 ? 1 : 0], `${arn} ${text}`);
    assert.equal((await as(world, arn)('GET', '/recovery-points')).status, 200, 'it may look');
  }
});

test('whose access key it is, is noted when it is added and when it is rotated', async () => {
  const world = protectedWorld();
  world.records.hypervisors.clear();
  const auth = {
    method: 'access-key',
    accessKeyId: 'AKIAACMEACMEACMEACME',
    secretAccessKey: 'acme-secret-canary-0000000000000000',
  };
  const body = { kind: 'tenant', name: 'acme', accountId: ACME, region: 'eu-central-1', auth };
  const added = await as(world, EVE)('POST', '/operator/hypervisors', { body });
  assert.equal(added.status, 201, added.text);
  const { hypervisorId } = added.body;
  const kept = () => (world.records.hypervisors.get(hypervisorId) as TenantHypervisor).auth as { userArn?: string };
  assert.equal(kept().userArn, `arn:aws:iam::${ACME}:user/holdfast`);
  world.deps.credentials.identify = async () => ({ accountId: ACME, arn: `arn:aws:iam::${ACME}:user/other` });
  const { method: _, ...next } = auth;
  assert.equal(
    (await as(world, EVE)('POST', `/operator/hypervisors/${hypervisorId}/rotate-key`, { body: next })).status,
    200,
  );
  assert.equal(kept().userArn, `arn:aws:iam::${ACME}:user/other`);
});

test('a legal hold stays whose it is: nobody else rewrites it, so that what waits about it is not void', async () => {
  const world = protectedWorld();
  const tenant = as(world, TENANTS_USER);
  const hold = (call: typeof tenant, prefix: string, reason: string) =>
    call('PUT', `${prefix}/recovery-points/${idOf(4)}/legal-hold`, { body: { reason } });
  assert.equal((await hold(tenant, '', 'our case')).status, 200);
  const { approvalId } = (await tenant('DELETE', `/recovery-points/${idOf(4)}/legal-hold`)).body;
  const before = world.records.points.get(idOf(4))?.legalHold;
  const refused = await hold(as(world, EVE), onAcme, 'the provider’s now');
  assert.deepEqual([refused.status, refused.body.code], [409, 'Conflict']);
  assert.equal((await hold(as(world, `arn:aws:iam::${ACME}:user/another`), '', 'mine')).status, 409);
  assert.deepEqual(world.records.points.get(idOf(4))?.legalHold, before);
  assert.equal((await hold(tenant, '', 'our case')).status, 200, 'asked again, it is as it was');
  assert.equal((await approve(world, approvalId)).body.state, 'done');
  assert.equal(world.records.points.get(idOf(4))?.legalHold, undefined);
});

test('a hold that is set between the look and the release stays', async () => {
  for (const isApproved of [true, false]) {
    const world = protectedWorld();
    const { points: records } = world.deps.catalog;
    const { setLegalHold } = records;
    const other = { since: 9, by: TENANTS_USER, heldBy: 'tenant' as const, reason: 'case 99' };
    const release = () => as(world, EVE)('DELETE', `${onAcme}/recovery-points/${idOf(1)}/legal-hold`);
    if (!isApproved) world.records.hypervisors.set(acme.hypervisorId, acme);
    const approval = isApproved ? (await release()).body : undefined;
    records.setLegalHold = async (...args) => {
      const before = world.records.points.get(idOf(1));
      assert.ok(before);
      world.records.points.set(idOf(1), { ...before, legalHold: other });
      return setLegalHold(...args);
    };
    const { status, body } = approval ? await approve(world, approval.approvalId) : await release();
    assert.deepEqual(
      approval ? [status, body.state] : [status, body.code],
      approval ? [200, 'failed'] : [409, 'Conflict'],
    );
    assert.deepEqual(world.records.points.get(idOf(1))?.legalHold, other);
  }
});

test('a record whose fields come back in another order is the same record', async () => {
  const world = protectedWorld();
  const { approvalId } = (await as(world, EVE)('DELETE', `${onAcme}/recovery-points/${idOf(1)}/legal-hold`)).body;
  const held = world.records.points.get(idOf(1));
  assert.ok(held?.legalHold);
  const turned = Object.fromEntries(Object.entries(held.legalHold).reverse()) as unknown as typeof held.legalHold;
  world.records.points.set(idOf(1), { ...held, legalHold: turned });
  assert.equal((await approve(world, approvalId)).body.state, 'done');
});

test('a request that waits is found behind any number of newer ones that are over', async () => {
  const world = protectedWorld();
  const ask = () => as(world, EVE)('DELETE', `${onAcme}/recovery-points/${idOf(2)}`);
  const { approvalId } = (await ask()).body;
  const waiting = world.records.approvals.get(approvalId);
  assert.ok(waiting);
  for (let n = 0; n < 250; n += 1)
    world.records.approvals.set(`apr-over-${n}`, {
      ...waiting,
      approvalId: `apr-over-${n}`,
      requestedAt: waiting.requestedAt + 1 + n,
      state: 'rejected',
    });
  world.advance(1_000);
  assert.equal((await ask()).body.approvalId, approvalId);
});

test('a plan that gives up its backup copies waits: what has not been copied yet would go', async () => {
  const world = protectedWorld();
  const { planId, hypervisorId: _, createdAt: __, updatedAt: ___, ...fields } = own;
  const copied = {
    ...fields,
    method: 'snapshot' as const,
    retention: { count: 1 },
    copy: { when: 'at-once' as const },
  };
  world.records.plans.set(planId, { ...own, ...copied });
  const call = as(world, EVE);
  const put = (body: object) => call('PUT', `${onAcme}/plans/${planId}`, { body });
  const removes = async () => (await call('GET', `${onAcme}/retention`)).body.removes.length;
  assert.equal(await removes(), 0);
  for (const when of ['never', 'on-demand']) {
    const { status, body } = await put({ ...copied, copy: { when } });
    assert.deepEqual([status, body.operation], [202, 'shorten-retention']);
    assert.match(body.what.join(' '), /not been copied/);
  }
  assert.equal(await removes(), 0);
  const schedule = { expression: 'cron(0 3 * * ? *)' };
  assert.equal((await put({ ...copied, copy: { when: 'on-schedule', schedule } })).status, 200);
  assert.ok(points.length > 3);
});
