import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { jitterMs, sha256, within } from '../../adapters/system.ts';
import { createChainCheck } from '../../core/domain/audit-chain.ts';
import { TransientFailure } from '../../core/domain/errors.ts';
import { createRefusalLimit } from '../../core/domain/refusal-limit.ts';
import type { AuditEntries } from '../../core/ports/audit.ts';
import { createAuditLog } from '../../core/steps/audit/append-entry.ts';
import { createInMemoryAudit } from '../api/in-memory-audit.ts';
import { eventOf, START } from './events.ts';

const clock = { now: () => START };
const isWhole = (entries: readonly unknown[]): boolean => {
  const check = createChainCheck(sha256, [], { fromTheStart: true });
  return entries.every((entry) => check.add(entry) === undefined);
};

/** Another function's log over the same entries: it knows nothing of the others. */
const writer = (
  entries: AuditEntries,
  more: Partial<Parameters<typeof createAuditLog>[0]> = {},
): ReturnType<typeof createAuditLog> =>
  createAuditLog({
    entries,
    clock,
    sha256,
    pause: async () => {},
    inTime: (work) => work,
    report: (error) => assert.fail(String(error)),
    ...more,
  });

/**
 * Time that passes only as it is waited for: of a table that takes as long as DynamoDB does, and of the pause that is
 * shipped. So what is asserted does not hang on how fast the machine is.
 */
const virtualTime = () => {
  let now = START;
  const waiting: { readonly until: number; readonly go: () => void }[] = [];
  return {
    now: () => now,
    wait: (ms: number): Promise<void> => new Promise((go) => waiting.push({ until: now + ms, go })),
    async run<T>(work: Promise<T>): Promise<T> {
      let over = false;
      const ended = work.finally(() => {
        over = true;
      });
      ended.catch(() => undefined);
      while (!over) {
        await immediate();
        waiting.sort((a, b) => a.until - b.until);
        const next = waiting.shift();
        if (!next) continue;
        now = next.until;
        next.go();
      }
      return ended;
    },
  };
};

/** The same numbers in each run (mulberry32). */
const randomFrom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Puts of 6 to 12 ms, queries of 4 to 9; `throttledAbove` puts a second are refused. */
const asDynamo = (
  { entries }: ReturnType<typeof createInMemoryAudit>,
  { now, wait }: ReturnType<typeof virtualTime>,
  random: () => number,
  throttledAbove = Number.POSITIVE_INFINITY,
) => {
  let [second, puts, throttled] = [0, 0, 0];
  const between = (least: number, most: number) => wait(least + random() * (most - least));
  return {
    entries: {
      async add(entry) {
        await between(3, 6);
        if (Math.floor(now() / 1_000) !== second) [second, puts] = [Math.floor(now() / 1_000), 0];
        puts += 1;
        if (puts > throttledAbove) {
          throttled += 1;
          throw new TransientFailure('dynamodb:PutItem: ThrottlingException');
        }
        const added = await entries.add(entry);
        await between(3, 6);
        return added;
      },
      async newest() {
        await between(2, 4);
        const stored = await entries.newest();
        await between(2, 5);
        return stored;
      },
      async from(...input) {
        await between(4, 9);
        return entries.from(...input);
      },
    } satisfies AuditEntries,
    throttled: () => throttled,
  };
};

const writeAtOnce = async (count: number, each: number, seed: number, throttledAbove?: number) => {
  const random = randomFrom(seed);
  const time = virtualTime();
  const auditing = createInMemoryAudit(time);
  const table = asDynamo(auditing, time, random, throttledAbove);
  let most = 0;
  const pause = async (tries: number): Promise<void> => {
    most = Math.max(most, tries);
    await time.wait(jitterMs(tries, random));
  };
  const logs = Array.from({ length: count }, () => writer(table.entries, { clock: time, pause }));
  const written = await time.run(
    Promise.all(logs.flatMap((log, n) => Array.from({ length: each }, (_, at) => log.append(eventOf(n * 1_000 + at))))),
  );
  const entries = auditing.written();
  assert.equal(entries.length, count * each);
  assert.ok(isWhole(entries));
  for (const entry of written) assert.deepEqual(entries[entry.seq - 1], entry, 'what was answered is what is there');
  assert.equal(new Set(entries.map(({ requestId }) => requestId)).size, count * each);
  const seconds = (time.now() - START) / 1_000;
  const words = `${count * each} entries by ${count} writers: ${seconds.toFixed(1)} s, ${most + 1} tries at most, ${table.throttled()} throttled`;
  return { words, most, throttled: table.throttled() };
};

test('20 writers at once: each entry has a place of its own, and the chain is whole', async (t) => {
  for (const seed of [1, 2, 3]) {
    const { words, most } = await writeAtOnce(20, 10, seed);
    t.diagnostic(words);
    assert.ok(most < 15, words);
  }
});

test('a table that refuses for a while is tried again: nothing is lost, and nothing written twice', async (t) => {
  const { words, throttled } = await writeAtOnce(10, 10, 1, 60);
  t.diagnostic(words);
  assert.ok(throttled > 0, words);
});

test('an entry whose answer was lost is found, and not written again, whoever writes meanwhile', async () => {
  const auditing = createInMemoryAudit(clock);
  const other = writer(auditing.entries);
  let lost = 0;
  const log = writer({
    ...auditing.entries,
    async add(entry) {
      const added = await auditing.entries.add(entry);
      if (lost >= 2) return added;
      lost += 1;
      if (lost === 2) await other.append(eventOf(99));
      throw new TransientFailure('dynamodb:PutItem: TimeoutError');
    },
  });
  for (const n of [1, 2, 3]) await log.append(eventOf(n));
  const entries = auditing.written();
  assert.deepEqual(
    entries.map(({ requestId }) => requestId),
    ['request-1', 'request-2', 'request-99', 'request-3'],
  );
  assert.ok(isWhole(entries));
});

test('what was seen a while ago is looked at again: others have written, and no place is asked for twice', async () => {
  let now = START;
  const auditing = createInMemoryAudit(clock);
  const log = writer(auditing.entries, { clock: { now: () => now }, pause: async () => assert.fail('it was taken') });
  await log.append(eventOf(1));
  await writer(auditing.entries).append(eventOf(2));
  now += 1_001;
  assert.equal((await log.append(eventOf(3))).seq, 3);
});

test('a table that never answers holds nobody up who only tells of something, and it is reported whole', async () => {
  const auditing = createInMemoryAudit(clock);
  const reported: unknown[] = [];
  const log = writer(
    { ...auditing.entries, add: () => new Promise(() => {}) },
    { inTime: within(20), report: (error, event) => reported.push(String(error), event) },
  );
  await log.note(eventOf(1));
  assert.deepEqual(reported, ['TransientFailure: no answer within 20 ms', eventOf(1)]);
});

test('one writer keeps the order in which it was asked, and takes one write an entry', async () => {
  const auditing = createInMemoryAudit(clock);
  let looks = 0;
  const newest = () => {
    looks += 1;
    return auditing.entries.newest();
  };
  const log = writer({ ...auditing.entries, newest }, { pause: async () => assert.fail('nobody else writes') });
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
  const log = writer(auditing.entries, { clock: { now: () => now } });
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
  const entry = await writer(auditing.entries).append(eventOf(2));
  assert.equal(entry.seq, 3);
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
