/** What was approved, and then interrupted, goes on by itself: nobody has to look. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createResumeApprovals } from '../../core/steps/approvals/resume-approvals.ts';
import { as, EVE, GUARDED, interruptAt, protectedWorld, SAM_APPROVES } from './approvals-world.ts';
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
      // a retention run is bound to what it was to remove: cut in two, the rest of it is the daily run's
      assert.ok(ended === 'done' || (operation === 'run-retention' && ended === 'failed'), `at write ${at}: ${ended}`);
      if (ended === 'done') assert.ok(isDone(world) && isWhole(world), `at write ${at}`);
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

test('what fails again and again is given back to people after 50 tries', async () => {
  const { world, approval, resume } = await cut();
  world.advance(MINUTE + 1);
  const { get } = world.deps.catalog.points;
  Reflect.set(world.deps.catalog.points, 'get', () => Promise.reject(new Error('no table')));
  let tries = 1;
  for (let problems = 1; problems > 0; tries += 1) {
    problems = (await resume()).problems.length;
    world.advance(5 * MINUTE);
    assert.ok(tries < 60);
  }
  assert.equal(world.records.approvals.get(approval.approvalId)?.tries, 50);
  Reflect.set(world.deps.catalog.points, 'get', get);
  assert.equal(state(world, approval), 'approved');
  assert.equal((await approve(world, approval)).body.state, 'done');
});
