import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { sha256 } from '../../adapters/system.ts';
import { createChainCheck } from '../../core/domain/audit-chain.ts';
import { createRefusalLimit } from '../../core/domain/refusal-limit.ts';
import { createAuditLog } from '../../core/steps/audit/append-entry.ts';
import { createInMemoryAudit } from '../api/in-memory-audit.ts';
import { eventOf, START } from './events.ts';

const clock = { now: () => START };
const isWhole = (entries: readonly unknown[]): boolean => {
  const check = createChainCheck(sha256, [], { fromTheStart: true });
  return entries.every((entry) => check.add(entry) === undefined);
};

/** Another function's log over the same entries: it knows nothing of the others. */
const writers = (count: number, auditing: ReturnType<typeof createInMemoryAudit>, tries: number[] = []) =>
  Array.from({ length: count }, () =>
    createAuditLog({
      entries: {
        // as long as a table takes: the others come in between
        add: (entry) => immediate().then(() => auditing.entries.add(entry)),
        newest: () => immediate().then(() => auditing.entries.newest()),
      },
      clock,
      sha256,
      pause: async (n) => {
        tries.push(n);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(200, 2 ** n)));
      },
      report: (error) => assert.fail(String(error)),
    }),
  );

test('20 writers at once: each entry has a place of its own, and the chain is whole', async (t) => {
  const auditing = createInMemoryAudit(clock);
  const tries: number[] = [];
  const all = writers(20, auditing, tries);
  const written = await Promise.all(
    all.flatMap((log, n) => Array.from({ length: 10 }, (_, each) => log.append(eventOf(n * 100 + each)))),
  );
  t.diagnostic(`200 entries by 20 writers: ${tries.length} places were taken, ${Math.max(...tries)} tries at most`);
  const entries = auditing.written();
  assert.equal(entries.length, 200);
  assert.ok(isWhole(entries));
  for (const entry of written) assert.deepEqual(entries[entry.seq - 1], entry, 'what was answered is what is there');
  assert.equal(new Set(entries.map(({ requestId }) => requestId)).size, 200);
});

test('one writer keeps the order in which it was asked, and takes one write an entry', async () => {
  const auditing = createInMemoryAudit(clock);
  let looks = 0;
  const newest = () => {
    looks += 1;
    return auditing.entries.newest();
  };
  const log = createAuditLog({
    entries: { add: auditing.entries.add, newest },
    clock,
    sha256,
    pause: async () => assert.fail('nobody else writes'),
    report: (error) => assert.fail(String(error)),
  });
  await Promise.all(Array.from({ length: 50 }, (_, n) => log.append(eventOf(n))));
  assert.deepEqual(
    auditing.written().map(({ requestId }) => requestId),
    Array.from({ length: 50 }, (_, n) => `request-${n}`),
  );
  assert.equal(looks, 1);
});

test('an entry is never older than the one before it, whatever a clock says', async () => {
  const auditing = createInMemoryAudit(clock);
  let now = START;
  const log = createAuditLog({
    entries: auditing.entries,
    clock: { now: () => now },
    sha256,
    pause: async () => {},
    report: () => {},
  });
  await log.append(eventOf(1));
  now -= 5_000;
  await log.append(eventOf(2));
  assert.deepEqual(
    auditing.written().map(({ at }) => at),
    [new Date(START).toISOString(), new Date(START).toISOString()],
  );
  assert.ok(isWhole(auditing.written()));
});

test('what cannot be written is an error before, and a report after; the next one is written', async () => {
  const auditing = createInMemoryAudit(clock);
  auditing.trouble.error = new Error('the table is gone');
  await assert.rejects(auditing.audit.append(eventOf(1)), /the table is gone/);
  await auditing.audit.note(eventOf(2));
  assert.match(String(auditing.reported), /the table is gone/);
  delete auditing.trouble.error;
  await auditing.audit.note(eventOf(3));
  assert.deepEqual(
    auditing.written().map(({ seq, requestId }) => [seq, requestId]),
    [[1, 'request-3']],
  );
});

test('where the newest is no entry the log goes on, and the check names it', async () => {
  const auditing = createInMemoryAudit(clock);
  await auditing.audit.append(eventOf(1));
  auditing.stored.set(2, { whatever: 'somebody wrote' });
  const [other] = writers(1, auditing);
  const entry = await other?.append(eventOf(2));
  assert.equal(entry?.seq, 3);
  const check = createChainCheck(sha256, [], { fromTheStart: true });
  const broken = auditing.written().map((each) => check.add(each));
  assert.deepEqual(broken[0], undefined);
  assert.deepEqual(broken[1], { seq: 2, problem: 'it is no entry of an audit log' });
});

test('of one account 60 refusals a minute are written, and how many were not is not lost', () => {
  const limit = createRefusalLimit();
  const admitted = Array.from({ length: 1_000 }, () => limit.admit('111111111111', START));
  assert.equal(admitted.filter(Boolean).length, 60);
  assert.deepEqual(limit.admit('222222222222', START), { leftOut: 0 }, 'others are written');
  assert.deepEqual(limit.admit('111111111111', START + 60_000), { leftOut: 940 });
  assert.deepEqual(limit.admit('111111111111', START + 60_001), { leftOut: 0 });
});
