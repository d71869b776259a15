import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approverRoutes } from '../../core/contracts/api.ts';
import { ProtectedOperation } from '../../core/contracts/approvals.ts';
import { createApproverApi } from '../../functions/api/approver-api.ts';
import {
  as,
  EVE,
  EVE_APPROVES,
  GUARDED,
  idOf,
  interruptAt,
  own,
  points,
  protectedWorld,
  SAM_APPROVES,
  TENANTS_USER,
} from './approvals-world.ts';
import type { World } from './world.ts';
import { ACME, acme, BOLT, bolt, PROVIDER, plan, SERVICE_SIDE, service } from './world-records.ts';

const HOUR = 3_600_000;
const path = ({ approvalId }: { approvalId: string }): string => `/approver/approvals/${approvalId}`;
const approve = (world: World, who: string, approval: { approvalId: string; requestHash: string }) =>
  as(world, who)('POST', `${path(approval)}/approve`, { body: { requestHash: approval.requestHash } });
const stored = (world: World, { approvalId }: { approvalId: string }) => world.records.approvals.get(approvalId);

test('every operation that is protected has its case here', () => {
  assert.deepEqual(
    GUARDED.map(({ operation }) => operation),
    ProtectedOperation.options,
  );
});

for (const { operation, prepare, ask, isDone, isWhole = () => true, change } of GUARDED) {
  const worldOf = (): World => {
    const world = protectedWorld();
    prepare?.(world);
    return world;
  };
  const waiting = async (world: World) => {
    const { status, body } = await ask(as(world, EVE));
    assert.equal(status, 202, JSON.stringify(body));
    assert.equal(body.operation, operation);
    return body;
  };

  test(`${operation}: without approval nothing is done; asked again it is the same request`, async () => {
    const world = worldOf();
    const approval = await waiting(world);
    assert.deepEqual(
      [approval.state, approval.requestedBy, approval.askedBy, approval.tenantId],
      ['waiting', EVE, 'operator', acme.hypervisorId],
    );
    assert.equal(Date.parse(approval.expiresAt) - Date.parse(approval.requestedAt), 72 * HOUR);
    assert.ok(approval.what.every((each: string) => each.length > 20));
    assert.equal(isDone(world), false);
    assert.equal((await waiting(world)).approvalId, approval.approvalId);
    assert.equal(world.records.approvals.size, 1);
  });

  test(`${operation}: one’s own approval, and that of whoever is no approver, does nothing`, async () => {
    const world = worldOf();
    const approval = await waiting(world);
    const nobodys = [
      EVE_APPROVES,
      EVE_APPROVES.replace('/eve', '/EVE'),
      EVE,
      `arn:aws:iam::${PROVIDER}:user/sam`,
      `arn:aws:iam::${PROVIDER}:root`,
      `arn:aws:sts::${PROVIDER}:assumed-role/holdfast-test-operator/sam`,
      `arn:aws:sts::${PROVIDER}:assumed-role/holdfast-prod-approver/sam`,
      `arn:aws:sts::${PROVIDER}:assumed-role/x-holdfast-test-approver/sam`,
      `arn:aws:sts::${ACME}:assumed-role/holdfast-test-approver/sam`,
      TENANTS_USER,
    ];
    for (const who of nobodys) assert.equal((await approve(world, who, approval)).status, 403, who);
    assert.equal(isDone(world), false);
    assert.equal(stored(world, approval)?.state, 'waiting');
  });

  test(`${operation}: another person’s approval does it, once; of another request it does nothing`, async () => {
    const world = worldOf();
    const approval = await waiting(world);
    const other = await approve(world, SAM_APPROVES, { ...approval, requestHash: 'f'.repeat(64) });
    assert.deepEqual([other.status, other.body.field, isDone(world)], [409, 'requestHash', false]);
    const { status, body } = await approve(world, SAM_APPROVES, approval);
    assert.deepEqual([status, body.state, body.error], [200, 'done', undefined]);
    assert.equal(body.decidedBy, SAM_APPROVES);
    assert.ok(isDone(world) && isWhole(world));
    const [deletions, audited] = [world.account.deletedSnapshots.length, world.auditing.written().length];
    const again = await approve(world, SAM_APPROVES, approval);
    assert.deepEqual([again.status, again.body.state], [200, 'done']);
    const late = await approve(world, SAM_APPROVES.replace('/sam', '/ann'), approval);
    assert.equal(late.status, 409);
    assert.equal(world.account.deletedSnapshots.length, deletions);
    assert.equal(world.auditing.written().length, audited + 4, 'two requests, asked and answered');
  });

  test(`${operation}: expired or rejected, it does nothing any more`, async () => {
    const world = worldOf();
    const first = await waiting(world);
    world.advance(72 * HOUR);
    const late = await approve(world, SAM_APPROVES, first);
    assert.deepEqual([late.status, isDone(world)], [409, false]);
    assert.match(late.body.detail, /expired/);
    const second = await waiting(world);
    assert.notEqual(second.approvalId, first.approvalId);
    const reject = (who: string, reason: string) =>
      as(world, who)('POST', `${path(second)}/reject`, { body: { reason } });
    const rejected = await reject(SAM_APPROVES, 'not now');
    assert.deepEqual([rejected.status, rejected.body.state, rejected.body.reason], [200, 'rejected', 'not now']);
    // the answer may have been lost
    assert.deepEqual(await reject(SAM_APPROVES, 'not now'), rejected);
    assert.equal((await reject(SAM_APPROVES, 'never')).status, 409);
    assert.equal((await reject(EVE_APPROVES, 'not now')).status, 409);
    assert.equal((await approve(world, SAM_APPROVES, second)).status, 409);
    assert.equal(isDone(world), false);
  });

  test(`${operation}: what has changed meanwhile is left as it is, and the approval is void`, async () => {
    const world = worldOf();
    const approval = await waiting(world);
    change(world);
    const before = structuredClone([
      [...world.records.plans],
      [...world.records.points],
      [...world.records.hypervisors],
    ]);
    const { status, body } = await approve(world, SAM_APPROVES, approval);
    assert.deepEqual([status, body.state], [200, 'failed']);
    assert.ok(body.error.message.length > 20);
    assert.deepEqual([[...world.records.plans], [...world.records.points], [...world.records.hypervisors]], before);
    assert.equal((await approve(world, SAM_APPROVES.replace('/sam', '/ann'), approval)).status, 409);
  });

  test(`${operation}: interrupted before or after any write of it and approved again, it is done once`, async () => {
    let interrupted = 0;
    for (let at = 1; ; at += 1) {
      const world = worldOf();
      const approval = await waiting(world);
      const { writes } = interruptAt(world, at);
      const first = await approve(world, SAM_APPROVES, approval);
      if (first.status === 200 && first.body.state === 'done') {
        assert.equal(writes(), Math.ceil(at / 2) - 1);
        break;
      }
      interrupted += 1;
      assert.ok(first.status >= 500, JSON.stringify(first.body));
      world.advance(61_000);
      const again = await approve(world, SAM_APPROVES, approval);
      assert.equal(again.status, 200, JSON.stringify(again.body));
      assert.equal(again.body.state, 'done', `at write ${at}: ${JSON.stringify(again.body)}`);
      assert.ok(isDone(world) && isWhole(world), `at write ${at}`);
      if (operation === 'run-retention') assert.equal(again.body.result, '2 of 2 recovery points are removed.');
      // an interrupted deletion of a snapshot is repeated, and harms nothing; but of no other
      const gone = new Set(world.account.deletedSnapshots.map(({ snapshotId }) => snapshotId));
      assert.ok([...gone].every((each) => ['snap-00000002', 'snap-00000003'].includes(each)));
    }
    assert.ok(interrupted >= 6, `${interrupted}`);
  });
}

test('a tenant’s own request waits for the provider’s approver, and is done in the tenant’s name', async () => {
  const world = protectedWorld();
  const tenant = as(world, TENANTS_USER);
  const target = `/recovery-points/${idOf(2)}`;
  const { status, body } = await tenant('DELETE', target);
  assert.deepEqual([status, body.askedBy, body.requestedBy, body.request], [202, 'tenant', undefined, undefined]);
  const kept = stored(world, body);
  assert.ok(kept);
  assert.ok(
    ![kept.requestHash, kept.basisHash].some((hash) => JSON.stringify(body).includes(hash)),
    'nothing to guess',
  );
  assert.deepEqual((await tenant('GET', '/approvals')).body.items, [body]);
  assert.equal((await as(world, `arn:aws:iam::${BOLT}:user/x`)('GET', `/approvals/${body.approvalId}`)).status, 404);
  assert.deepEqual((await as(world, `arn:aws:iam::${BOLT}:user/x`)('GET', '/approvals')).body.items, []);
  assert.equal((await approve(world, SAM_APPROVES, kept)).body.state, 'done');
  const shown = await tenant('GET', `/approvals/${body.approvalId}`);
  assert.equal(shown.body.state, 'done');
  for (const secret of [...SERVICE_SIDE, 'sam']) assert.ok(!shown.text.includes(secret), secret);
  const removal = world.auditing.written().filter(({ what }) => what.operation === 'remove recovery points');
  assert.ok(removal.length > 0 && removal.every(({ who }) => who.principal === TENANTS_USER));
});

test('a tenant sees what its provider asked for, and not who', async () => {
  const world = protectedWorld();
  await as(world, EVE)('DELETE', `/operator/hypervisors/${acme.hypervisorId}/binding`, {
    query: { leavePoints: 'true' },
  });
  const { text, body } = await as(world, TENANTS_USER)('GET', '/approvals');
  assert.deepEqual([body.items[0].operation, body.items[0].askedBy], ['unbind', 'operator']);
  for (const secret of [...SERVICE_SIDE, 'eve']) assert.ok(!text.includes(secret), secret);
});

test('approvers see all tenants’ requests by state; operators and tenants reach none of their routes', async () => {
  const world = protectedWorld();
  world.records.hypervisors.set(bolt.hypervisorId, { ...bolt, approvals: 'two-person' });
  const theirs = plan(2, bolt, { retention: { days: 7 } });
  world.records.plans.set(theirs.planId, theirs);
  const fields = { name: theirs.name, retention: { days: 6 } };
  const second = await as(world, EVE)('PUT', `/operator/tenants/${bolt.hypervisorId}/plans/${theirs.planId}`, {
    body: fields,
  });
  const first = await as(world, EVE)('DELETE', `/operator/tenants/${acme.hypervisorId}/recovery-points/${idOf(2)}`);
  assert.deepEqual([second.status, first.status], [202, 202]);
  await approve(world, SAM_APPROVES, first.body);
  const sam = as(world, SAM_APPROVES);
  const list = async (query: Record<string, string>) =>
    (await sam('GET', '/approver/approvals', { query })).body.items.map(
      ({ approvalId }: { approvalId: string }) => approvalId,
    );
  assert.equal((await list({})).length, 2);
  assert.deepEqual(await list({ state: 'waiting' }), [second.body.approvalId]);
  assert.deepEqual(await list({ state: 'done' }), [first.body.approvalId]);
  assert.equal((await sam('GET', path(second.body))).body.request, stored(world, second.body)?.request);
  for (const who of [EVE, TENANTS_USER, `arn:aws:iam::${PROVIDER}:user/sam`])
    for (const { method, path: template } of Object.values(approverRoutes)) {
      const target = template.replace('{approvalId}', second.body.approvalId);
      const body = { requestHash: second.body.requestHash, reason: 'x' };
      assert.equal((await as(world, who)(method, target, method === 'GET' ? {} : { body })).status, 403);
    }
  assert.equal(stored(world, second.body)?.state, 'waiting');
});

test('an approver’s session reaches no operators’ route by its name alone: two people cannot be one', async () => {
  const world = protectedWorld();
  // API Gateway keeps the role out; were it let in, its request would not be taken for one of a known person
  const asked = await as(world, SAM_APPROVES)(
    'DELETE',
    `/operator/tenants/${acme.hypervisorId}/recovery-points/${idOf(2)}`,
  );
  assert.deepEqual([asked.status, asked.body.code], [403, 'NotAllowed']);
});

test('a session of any other role could be named after anybody: under two-person approval it asks for nothing', async () => {
  for (const { operation, prepare, ask, isDone } of GUARDED) {
    const world = protectedWorld();
    prepare?.(world);
    const { status } = await ask(as(world, `arn:aws:sts::${PROVIDER}:assumed-role/Administrator/sam`));
    assert.deepEqual([status, isDone(world), world.records.approvals.size], [403, false, 0], operation);
  }
});

test('what takes nothing away is done at once, and so is everything where approvals are off', async () => {
  const world = protectedWorld();
  const eve = as(world, EVE);
  const longer = { name: own.name, retention: { days: 31, count: 2, gfs: { monthly: 12 } } };
  assert.equal(
    (await eve('PUT', `/operator/tenants/${acme.hypervisorId}/plans/${own.planId}`, { body: longer })).status,
    200,
  );
  const protection = `/operator/hypervisors/${acme.hypervisorId}/protection`;
  assert.equal((await eve('PUT', protection, { body: { approvals: 'two-person' } })).status, 200);
  assert.equal((await eve('GET', `/operator/hypervisors/${acme.hypervisorId}`)).body.approvals, 'two-person');
  assert.equal(world.records.approvals.size, 0);
  for (const { operation, prepare, ask, isDone } of GUARDED) {
    const free = protectedWorld();
    prepare?.(free);
    free.records.hypervisors.set(acme.hypervisorId, acme);
    assert.ok([200, 201].includes((await ask(as(free, EVE))).status), operation);
    assert.equal(isDone(free), true, operation);
  }
});

test('binding for the first time, or again, needs nobody; nor does a run on the library in use, unless it accepts damage', async () => {
  const world = protectedWorld();
  const eve = as(world, EVE);
  const binding = `/operator/hypervisors/${acme.hypervisorId}/binding`;
  const body = { serviceHypervisorId: service.hypervisorId };
  assert.equal((await eve('PUT', binding, { body })).status, 200);
  const runs = `/operator/tenants/${acme.hypervisorId}/library-runs`;
  assert.equal((await eve('POST', runs, { body: { task: 'check' } })).status, 201);
  assert.equal((await eve('POST', runs, { body: { task: 'prune', planOnly: true, acceptDamage: true } })).status, 201);
  const damaging = await eve('POST', runs, { body: { task: 'prune', acceptDamage: true } });
  assert.deepEqual([damaging.status, damaging.body.operation], [202, 'change-library']);
  const { binding: _, ...unbound } = { ...acme, approvals: 'two-person' as const };
  world.records.hypervisors.set(acme.hypervisorId, unbound);
  assert.equal((await eve('PUT', binding, { body })).status, 202, 'it has recovery points');
  world.records.points.clear();
  assert.equal((await eve('PUT', binding, { body })).status, 200);
});

test('a plan cannot come back under a removed one’s id, and keep less', async () => {
  const world = protectedWorld();
  const tenant = as(world, TENANTS_USER);
  const body = { name: 'nightly', retention: { days: 30 } };
  const { planId } = (await tenant('POST', '/plans', { body, key: 'one' })).body;
  for (const each of points) world.records.points.set(each.recoveryPointId, { ...each, planId });
  world.records.plans.delete(planId);
  const again = await tenant('POST', '/plans', { body: { ...body, retention: { days: 1 } }, key: 'one' });
  assert.deepEqual([again.status, again.body.field], [409, 'Idempotency-Key']);
  assert.equal((await tenant('POST', '/plans', { body, key: 'two' })).status, 201);
});

test('of one tenant 100 requests wait at most', async () => {
  const world = protectedWorld();
  const [one] = points;
  assert.ok(one);
  for (let n = 100; n < 201; n += 1) {
    const recoveryPointId = `rp-0199aaaa-0000-7000-8000-000000000${n}`;
    const { legalHold: _, ...free } = one;
    world.records.points.set(recoveryPointId, { ...free, recoveryPointId });
  }
  const tenant = as(world, TENANTS_USER);
  const ask = (n: number) => {
    world.advance(1_000);
    return tenant('DELETE', `/recovery-points/rp-0199aaaa-0000-7000-8000-000000000${n}`);
  };
  for (let n = 100; n < 200; n += 1) assert.equal((await ask(n)).status, 202);
  assert.equal((await ask(200)).status, 409);
  assert.equal((await ask(100)).status, 202, 'it waits already');
});

test('two approvers at once: it is done once', async () => {
  const world = protectedWorld();
  const { body } = await as(world, EVE)('DELETE', `/operator/tenants/${acme.hypervisorId}/recovery-points/${idOf(2)}`);
  const api = [SAM_APPROVES, SAM_APPROVES.replace('/sam', '/ann'), SAM_APPROVES.replace('/sam', '/bob')];
  const answers = await Promise.all(api.map((who) => approve(world, who, body)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409]);
  assert.equal(world.account.deletedSnapshots.length, 1);
  assert.ok(createApproverApi(world.deps));
});
