/** What was approved, and then interrupted, goes on by itself: nobody has to look. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createResumeApprovals } from '../../core/steps/approvals/resume-approvals.ts';
import {
  as,
  EVE,
  GUARDED,
  interruptAt,
  points,
  protectedWorld,
  SAM_APPROVES,
  TENANTS_USER,
} from './approvals-world.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
const approve = (world: World, { approvalId, requestHash }: { approvalId: string; requestHash: string }) =>
  as(world, SAM_APPROVES)('POST', `/approver/approvals/${approvalId}/approve`, { body: { requestHash } });
const state = (world: World, { approvalId }: { approvalId: string }) => world.records.approvals.get(approvalId)?.state;
const whatIs = (world: World) =>
  structuredClone([
    [...world.records.plans],
    [...world.records.points],
    [...world.records.hypervisors],
    [...world.records.approvals],
    [...world.schedules],
    world.account.deletedSnapshots,
  ]);
const resumed = (world: World) =>
  world.auditing.written().filter(({ who }) => who.principal === 'resume-approvals' && who.kind === 'system');

for (const { operation, prepare, ask, isDone, isWhole = () => true } of GUARDED) {
  const interruptedAt = async (at: number) => {
    const world = protectedWorld();
    prepare?.(world);
    const approval = (await ask(as(world, EVE))).body;
    interruptAt(world, at);
    const { status } = await approve(world, approval);
    return { world, approval, status };
  };

  test(`${operation}: interrupted before, in the middle of, or after it is done, it is done once by itself`, async () => {
    let goneOn = 0;
    for (let at = 1; ; at += 1) {
      const { world, approval, status } = await interruptedAt(at);
      if (status === 200) break;
      const resume = createResumeApprovals(world.deps);
      world.advance(MINUTE + 1_000);
      if (at === 1) {
        // its function ended before the approval was written: nobody has approved it, as far as anybody knows
        assert.deepEqual([state(world, approval), await resume()], ['waiting', { ended: 0, problems: [] }]);
        assert.equal(isDone(world), false);
        continue;
      }
      const outcome = await resume();
      assert.deepEqual(outcome.problems, []);
      const ended = state(world, approval);
      assert.equal(ended, 'done', `at write ${at}`);
      assert.ok(isDone(world) && isWhole(world), `at write ${at}`);
      const { decidedBy } = world.records.approvals.get(approval.approvalId) ?? {};
      assert.equal(decidedBy, SAM_APPROVES, 'in the name of who approved it');
      // the very last write may have been made although its answer was lost
      if (outcome.ended === 1) {
        goneOn += 1;
        const [asked, told, ...more] = resumed(world);
        assert.deepEqual([asked?.outcome, told?.what.subjects, more], ['Asked', [approval.approvalId], []]);
      }
      const before = whatIs(world);
      world.advance(MINUTE + 1_000);
      assert.deepEqual(await resume(), { ended: 0, problems: [] });
      assert.deepEqual(whatIs(world), before, 'run again, it does nothing');
    }
    assert.ok(goneOn >= 3, `${goneOn}`);
  });
}

const [first] = GUARDED;
assert.ok(first);
/** Approved, and cut right after that was written. */
const cut = async () => {
  const world = protectedWorld();
  const approval = (await first.ask(as(world, EVE))).body;
  interruptAt(world, 2);
  assert.ok((await approve(world, approval)).status >= 500);
  return { world, approval, resume: createResumeApprovals(world.deps) };
};

test('what is just being done is left alone until its function is surely gone', async () => {
  const { world, approval, resume } = await cut();
  world.advance(30_000);
  assert.deepEqual(await resume(), { ended: 0, problems: [] });
  assert.equal(state(world, approval), 'approved');
  world.advance(30_001);
  assert.deepEqual(await resume(), { ended: 1, problems: [] });
});

test('two that resume at once, beside a person who approves again, do it once', async () => {
  const { world, approval, resume } = await cut();
  world.advance(MINUTE + 1);
  const [one, two, person] = await Promise.all([resume(), resume(), approve(world, approval)]);
  assert.ok(person.status === 200 || person.status === 409);
  assert.deepEqual([...one.problems, ...two.problems], []);
  assert.equal(one.ended + two.ended + (person.status === 200 ? 1 : 0), 1);
  assert.equal(state(world, approval), 'done');
  assert.equal(world.account.deletedSnapshots.length, 1);
});

test('where the audit log cannot be written nothing is done, and it is said; the next run does it', async () => {
  const { world, approval } = await cut();
  world.advance(MINUTE + 1);
  const audit = { ...world.deps.audit, append: async () => Promise.reject(new Error('no log')) };
  const outcome = await createResumeApprovals({ ...world.deps, audit })();
  assert.deepEqual(outcome, { ended: 0, problems: [`${approval.approvalId}: no log`] });
  assert.deepEqual([state(world, approval), first.isDone(world)], ['approved', false]);
  assert.equal((await createResumeApprovals(world.deps)()).ended, 1);
});

test('what fails again and again is given back to people after 50 tries, and that is said', async () => {
  const { world, approval, resume } = await cut();
  world.advance(MINUTE + 1);
  const { get } = world.deps.catalog.points;
  Reflect.set(world.deps.catalog.points, 'get', () => Promise.reject(new Error('no table')));
  for (let tries = 1; tries < 50; tries += 1) {
    assert.deepEqual((await resume()).problems, [`${approval.approvalId}: no table`]);
    world.advance(5 * MINUTE);
  }
  for (let run = 0; run < 2; run += 1) {
    const { problems } = await resume();
    assert.match(problems.join(), /approved, and not done in 50 tries: an approver has to approve it again/);
    world.advance(5 * MINUTE);
  }
  assert.equal(world.records.approvals.get(approval.approvalId)?.tries, 50);
  Reflect.set(world.deps.catalog.points, 'get', get);
  assert.equal(state(world, approval), 'approved');
  const other = SAM_APPROVES.replace('/sam', '/ann');
  const { requestHash } = approval;
  const done = await as(world, other)('POST', `/approver/approvals/${approval.approvalId}/approve`, {
    body: { requestHash },
  });
  assert.deepEqual([done.body.state, done.body.decidedBy, done.body.resumedBy], ['done', SAM_APPROVES, other]);
});

test('an approval that somebody has only written into its record is not carried out, and is told', async () => {
  const { world, approval, resume } = await cut();
  world.advance(MINUTE + 1);
  const real = world.records.approvals.get(approval.approvalId);
  assert.ok(real?.audited);
  const { audited, ...without } = real;
  const [elsewhere] = world.auditing.written();
  assert.ok(elsewhere && elsewhere.seq !== audited.seq);
  const others = { ...JSON.parse(real.request), params: { recoveryPointId: 'rp-other' } };
  const request = JSON.stringify(others);
  for (const forged of [
    without,
    { ...real, audited: { ...audited, hash: 'f'.repeat(64) } },
    { ...real, audited: { seq: 10_000, hash: audited.hash } },
    { ...real, audited: { seq: elsewhere.seq, hash: elsewhere.hash } },
    { ...real, decidedBy: SAM_APPROVES.replace('/sam', '/ann') },
    { ...real, request, requestHash: world.deps.sha256(request) },
  ]) {
    world.records.approvals.set(real.approvalId, forged);
    const { ended, problems } = await resume();
    assert.deepEqual([ended, problems.length, first.isDone(world)], [0, 1, false], JSON.stringify(forged));
    assert.match(problems.join(), /the audit log does not: it is not done/);
  }
  const changes = [
    { request },
    { requestedBy: TENANTS_USER },
    {
      requestedBy: SAM_APPROVES.replace('approver', 'operator'),
      request: real.request.replace(EVE, SAM_APPROVES.replace('approver', 'operator')),
    },
    { decidedBy: EVE, requestedBy: EVE },
  ];
  for (const change of changes) {
    world.records.approvals.set(real.approvalId, { ...real, ...change });
    const { ended, problems } = await resume();
    assert.deepEqual([ended, problems.length, first.isDone(world)], [0, 1, false], JSON.stringify(change));
  }
  world.records.approvals.set(real.approvalId, real);
  assert.equal((await resume()).ended, 1);
});

test('a retention run for which there is no time goes on by itself, with nothing but what was approved', async () => {
  const world = protectedWorld();
  const run = GUARDED.find(({ operation }) => operation === 'run-retention');
  assert.ok(run);
  // 20 more that nothing keeps
  const [, second] = points;
  assert.ok(second);
  for (let n = 0; n < 20; n += 1) {
    const recoveryPointId = `rp-0199aaaa-0000-7000-8000-0000000007${10 + n}`;
    world.records.points.set(recoveryPointId, { ...second, recoveryPointId, takenAt: second.takenAt - n - 1 });
  }
  const approval = (await run.ask(as(world, EVE))).body;
  // meanwhile one more is due, and one is held
  const late = 'rp-0199aaaa-0000-7000-8000-000000000799';
  const { expire } = world.deps.catalog.points;
  Reflect.set(world.deps.catalog.points, 'expire', async (...args: Parameters<typeof expire>) => {
    world.advance(2_000);
    return expire(...args);
  });
  const asked = await approve(world, approval);
  assert.deepEqual(
    [asked.status, asked.body.state, asked.body.result],
    [200, 'approved', '16 of 22 recovery points are removed.'],
  );
  Reflect.set(world.deps.catalog.points, 'expire', expire);
  world.records.points.set(late, { ...second, recoveryPointId: late, takenAt: second.takenAt - 100 });
  const held =
    [...world.records.points.values()].find(
      ({ state, recoveryPointId, legalHold }) =>
        state === 'available' && !legalHold && recoveryPointId.includes('00071'),
    ) ??
    [...world.records.points.values()].find(
      ({ state, recoveryPointId }) => state === 'available' && recoveryPointId.includes('0007'),
    );
  assert.ok(held && held.recoveryPointId !== late);
  world.records.points.set(held.recoveryPointId, {
    ...held,
    legalHold: { since: 1, by: EVE, heldBy: 'operator', reason: 'case 9' },
  });
  assert.deepEqual(await createResumeApprovals(world.deps)(), { ended: 1, problems: [] });
  const ended = world.records.approvals.get(approval.approvalId);
  assert.deepEqual([ended?.state, ended?.result], ['done', '21 of 22 recovery points are removed.']);
  assert.equal(world.records.points.get(late)?.state, 'available', 'it was not approved');
  assert.equal(world.records.points.get(held.recoveryPointId)?.state, 'available');
});
