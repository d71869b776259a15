import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BilledCalls, noCalls } from '../../core/contracts/billed-calls.ts';
import { monthOf, sumOfCalls } from '../../core/domain/billed-calls.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import type { ClaimCalls, Usage } from '../../core/ports/usage.ts';
import { addUsage, MOST_MARKS } from '../../core/steps/usage/add-usage.ts';
import { countAttempt } from '../../core/steps/usage/count-attempt.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { uncountedFails } from './uncounted.ts';

const TENANT = 'hv-00000001';
const MONTH = '2026-11';
const NOW = Date.UTC(2026, 10, 23);
const JOB = { jobId: 'job-00000001', attempt: 1 };
const calls = (s3Gets: number): BilledCalls => ({ ...noCalls, s3Gets, kms: 1 });
const claim = (order: number, number: number, s3Gets: number): Omit<ClaimCalls, 'added'> => ({
  ...JOB,
  orderId: `ord-0000000${order}`,
  claim: number,
  tenantId: TENANT,
  month: MONTH,
  calls: calls(s3Gets),
});
const sumOf = async (usage: Usage) => (await usage.month(TENANT, MONTH))?.calls ?? noCalls;

/** As the cleanup of the attempt does. */
const cleanUp = (catalog: Pick<Catalog, 'usage' | 'orders'>): Promise<void> =>
  countAttempt({ catalog, clock: { now: () => NOW }, tellUncounted: uncountedFails }, { ...JOB, tenantId: TENANT });

class Crash extends Error {}

/** Every call waits for its turn, and may be the last: before it is made, or after. */
const wrapped = (usage: Usage, turn: () => Promise<'before' | 'after' | 'not'>): Usage =>
  new Proxy(usage, {
    get:
      (target, name) =>
      async (...given: unknown[]) => {
        const crash = await turn();
        if (crash === 'before') throw new Crash();
        const answer = await (target[name as keyof Usage] as (...all: unknown[]) => Promise<unknown>)(...given);
        if (crash === 'after') throw new Crash();
        // what comes back is looked at later than it was true
        await turn();
        return answer;
      },
  });

test('whoever adds, however often, at whatever moment others add and any of them ends: each call is in the sum once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(
        fc.record({
          order: fc.integer({ min: 1, max: 2 }),
          claim: fc.integer({ min: 1, max: 2 }),
          more: fc.integer({ min: 0, max: 9 }),
          crashAt: fc.option(
            fc.record({ call: fc.nat(12), when: fc.constantFrom('before' as const, 'after' as const) }),
          ),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      // so few that others' marks are settled by whoever comes next
      fc.integer({ min: 0, max: 4 }),
      async (scheduler, reports, mostMarks) => {
        const { catalog } = createInMemoryCatalog();
        const { usage } = catalog;
        const latest = new Map<string, Omit<ClaimCalls, 'added'>>();
        const working = reports.map(async ({ order, claim: number, more, crashAt }) => {
          const name = `${order} ${number}`;
          const before = latest.get(name)?.calls.s3Gets ?? 0;
          const reported = claim(order, number, before + more);
          latest.set(name, reported);
          const noted = await usage.note(reported);
          let made = 0;
          const mine = wrapped(usage, async () => {
            await scheduler.schedule(Promise.resolve());
            made += 1;
            return crashAt && made === crashAt.call + 1 ? crashAt.when : 'not';
          });
          await addUsage(mine, noted, mostMarks).catch((error: unknown) => {
            if (!(error instanceof Crash)) throw error;
          });
        });
        await scheduler.waitFor(Promise.all(working));
        await cleanUp(catalog);
        const expected = [...latest.values()].reduce((sum, each) => sumOfCalls(sum, each.calls), noCalls);
        assert.deepEqual(await sumOf(usage), expected);
      },
    ),
    { numRuns: 500 },
  );
});

test('an order that is done twice has cost twice; its report that comes twice counts once', async () => {
  const { usage } = createInMemoryCatalog().catalog;
  for (const report of [claim(1, 1, 10), claim(1, 2, 7), claim(1, 2, 7), claim(1, 1, 12), claim(1, 1, 4)])
    await addUsage(usage, await usage.note(report));
  assert.deepEqual(await sumOf(usage), { ...noCalls, s3Gets: 19, kms: 2 });
  assert.deepEqual((await usage.month(TENANT, MONTH))?.adding, {}, 'nothing stays marked');
});

test('an order’s calls are in the month of its first report, whenever the others come', async () => {
  const { usage } = createInMemoryCatalog().catalog;
  const [before, after] = [Date.UTC(2026, 10, 30, 23, 59, 59, 999), Date.UTC(2026, 11, 1)];
  assert.deepEqual([monthOf(before), monthOf(after)], ['2026-11', '2026-12']);
  await usage.note({ ...claim(1, 1, 3), month: monthOf(before) });
  await addUsage(usage, await usage.note({ ...claim(1, 1, 8), month: monthOf(after) }));
  await addUsage(usage, await usage.note({ ...claim(2, 1, 5), month: monthOf(after) }));
  assert.equal((await usage.month(TENANT, '2026-11'))?.calls.s3Gets, 8);
  assert.equal((await usage.month(TENANT, '2026-12'))?.calls.s3Gets, 5);
});

test('the mark of a later report, whose broker ended before it was noted, is left alone', async () => {
  const { catalog } = createInMemoryCatalog();
  const { usage } = catalog;
  const first = await usage.note(claim(1, 1, 3));
  const later = async (): Promise<void> => {
    const noted = await usage.note(claim(1, 1, 5));
    await assert.rejects(addUsage(endsBeforeNoted(usage), noted), Crash);
  };
  await addUsage({ ...usage, noteAdded: (...given) => later().then(() => usage.noteAdded(...given)) }, first);
  await cleanUp(catalog);
  assert.deepEqual(await sumOf(usage), calls(5));
});

const endsBeforeNoted = (usage: Usage): Usage => ({ ...usage, noteAdded: () => Promise.reject(new Crash()) });
const endsBeforeUnmarked = (usage: Usage): Usage => ({
  ...usage,
  replaceMonth: async (month, seen) => {
    if (Object.keys(month.adding).length < Object.keys((await usage.month(TENANT, MONTH))?.adding ?? {}).length)
      throw new Crash();
    return usage.replaceMonth(month, seen);
  },
});

for (const [when, ending] of [
  ['before the claim’s row says so', endsBeforeNoted],
  ['before its mark is removed', endsBeforeUnmarked],
] as const)
  test(`marks have an end, though every broker ends ${when}; what they marked is in the sum once`, async () => {
    const { catalog } = createInMemoryCatalog();
    const { usage } = catalog;
    const all = 5 * MOST_MARKS;
    let most = 0;
    for (let n = 1; n <= all; n++) {
      const noted = await usage.note(claim(n, 1, n));
      // the last adds where as many marks are as may be: it has to settle them, and does not end
      if (n % (MOST_MARKS + 1) === 0) await addUsage(usage, noted);
      else await assert.rejects(addUsage(ending(usage), noted), Crash);
      most = Math.max(most, Object.keys((await usage.month(TENANT, MONTH))?.adding ?? {}).length);
    }
    assert.ok(most > 1 && most <= MOST_MARKS, `${most} marks`);
    const expected = { ...noCalls, s3Gets: (all * (all + 1)) / 2, kms: all };
    assert.deepEqual(await sumOf(usage), expected);
    await cleanUp(catalog);
    assert.deepEqual(await sumOf(usage), expected, 'the cleanup finds nothing that is not in it');
  });

test('marks of before they said whose they are stay, and are understood', async () => {
  const { catalog } = createInMemoryCatalog();
  const { usage } = catalog;
  const noted = await usage.note(claim(1, 1, 5));
  const old = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`ord-9999999${n}#1`, calls(1)]));
  const adding = { ...old, 'ord-00000001#1': calls(3) };
  await usage.replaceMonth({ tenantId: TENANT, month: MONTH, version: 1, calls: calls(43), adding }, undefined);
  await addUsage(usage, noted);
  const month = await usage.month(TENANT, MONTH);
  assert.deepEqual([month?.calls, month?.adding], [calls(45), old]);
});
