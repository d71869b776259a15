import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGovernedCalls } from '../../adapters/aws/governed-calls.ts';
import { withPatience } from '../../adapters/aws/patience.ts';
import { AccountAtLimit } from '../../core/domain/errors.ts';
import { gapAt, type Throttle, throttledAt } from '../../core/domain/pacing.ts';
import type { Throttles } from '../../core/ports/throttles.ts';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { backupOf, openFlows, snapshotOf } from '../core/flows-world.ts';
import { seededRandom } from '../library/seeded-random.ts';

/** As EC2 keeps one for each account, region and API: so many at once, and so many a second. */
const createBucket = (now: () => number, size: number, perSecond: number) => {
  let tokens = size;
  let at = now();
  const counts = { passed: 0, throttled: 0 };
  return {
    counts,
    async call(): Promise<void> {
      tokens = Math.min(size, tokens + ((now() - at) / 1_000) * perSecond);
      at = now();
      if (tokens < 1) {
        counts.throttled += 1;
        throw Object.assign(new Error('Request limit exceeded.'), { name: 'RequestLimitExceeded' });
      }
      tokens -= 1;
      counts.passed += 1;
    },
  };
};

/** What the table keeps, with counts; every caller reads it up to 5 s late, as the functions' instances do. */
const createNotes = () => {
  const notes = new Map<string, Throttle>();
  let writes = 0;
  const throttles: Throttles = {
    of: async () => new Map(notes),
    async note(_id, _region, action, before, now) {
      writes += 1;
      if (notes.get(action)?.at === before?.at) notes.set(action, now);
    },
  };
  return { notes, throttles, writes: () => writes };
};

const govern = (clock: VirtualClock, throttles: Throttles, random: () => number) =>
  createGovernedCalls({
    throttles,
    hypervisorId: 'hv-1',
    region: 'eu-central-1',
    now: () => clock.now(),
    random,
    wait: (ms) => new Promise((resolve) => void clock.at(clock.now() + ms, resolve)),
  });

const fraction = (seed: string): (() => number) => {
  const random = seededRandom(seed);
  return () => random(4).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 32;
};

test('while nothing is throttled, nothing waits and nothing is written', async () => {
  const clock = new VirtualClock();
  const { throttles, writes } = createNotes();
  const bucket = createBucket(() => clock.now(), 1_000, 20);
  const began = clock.now();
  for (let n = 0; n < 500; n++) await govern(clock, throttles, () => 0.5)('ec2:DescribeSnapshots', () => bucket.call());
  assert.deepEqual([bucket.counts.passed, writes(), clock.now() - began], [500, 0, 0]);
});

test('a thousand steps of one account at once all get their call, however small its bucket', async (t) => {
  const seed = process.env.HOLDFAST_SEED ?? String(Date.now());
  t.diagnostic(`HOLDFAST_SEED=${seed}`);
  const random = fraction(seed);
  const clock = new VirtualClock();
  const { throttles, writes } = createNotes();
  const bucket = createBucket(() => clock.now(), 50, 5);
  const began = clock.now();
  let returns = 0;
  let most = 0;
  /** The state machine's retrier of AccountAtLimit: 15 s × 1.5 each time, at most 300 s, with full jitter. */
  const step = async (): Promise<void> => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await govern(clock, throttles, random)('ec2:CreateSnapshots', () => bucket.call());
      } catch {
        returns += 1;
        most = Math.max(most, tries + 1);
        const ms = random() * Math.min(300_000, 15_000 * 1.5 ** tries);
        await new Promise<void>((resolve) => void clock.at(clock.now() + ms, resolve));
      }
    }
  };
  let done = 0;
  const all = Array.from({ length: 1_000 }, async () => {
    await step();
    done += 1;
  });
  while (done < 1_000) await clock.advance(1_000);
  await Promise.all(all);
  const seconds = (clock.now() - began) / 1_000;
  t.diagnostic(
    `1,000 calls at 5 a second: ${seconds} s (${(950 / 5).toFixed(0)} s at best), ${bucket.counts.throttled} throttled, ` +
      `${writes()} notes, ${returns} given back to the machine, ${most} times at most`,
  );
  assert.equal(bucket.counts.passed, 1_000);
  assert.ok(most < 20, `of 200 tries: ${most}`);
  assert.ok(seconds < 190 * 5);
  assert.ok(bucket.counts.throttled < 12_000);
});

test('a step that opens one account after the other waits for all of them together no longer than for one', async () => {
  const clock = new VirtualClock();
  const throttled = () => Promise.reject(Object.assign(new Error('no'), { name: 'RequestLimitExceeded' }));
  /** As clean-up does: each effect of a job is undone in a scope of its own. */
  const step = async (): Promise<void> => {
    for (let effect = 0; effect < 15; effect++) {
      const governed = govern(clock, createNotes().throttles, () => 0.9);
      await assert.rejects(governed('ec2:DeleteSnapshot', throttled), { name: 'RequestLimitExceeded' });
    }
  };
  for (let times = 0; times < 2; times++) {
    const began = clock.now();
    let isDone = false;
    const done = withPatience(step).then(() => (isDone = true));
    while (!isDone) await clock.advance(1_000);
    await done;
    const ms = clock.now() - began;
    assert.ok(ms >= 20_000 && ms <= 25_000, `${ms} ms of the 300 s that clean-up has; the next step has its own again`);
  }
});

test('callers that are throttled in one burst say it once, and what is noted wears off', () => {
  const first = throttledAt(undefined, 10_000);
  assert.deepEqual(first, { gapMs: 1_000, at: 10_000 });
  assert.equal(throttledAt(first, 10_500), undefined);
  const second = throttledAt(first, 11_000);
  assert.ok(second && second.gapMs > 1_900 && second.gapMs <= 2_000);
  let worst = first;
  for (let at = 12_000; at < 60_000; at += 1_000) worst = throttledAt(worst, at) ?? worst;
  assert.equal(worst?.gapMs, 30_000);
  assert.equal(gapAt(worst, (worst?.at ?? 0) + 30_000), 15_000);
  assert.equal(gapAt(worst, (worst?.at ?? 0) + 300_000), 0);
});

for (const type of ['backup', 'snapshot'] as const) {
  test(`a ${type} waits while the account may have no more snapshots pending, and does not fail`, async (t) => {
    const world = await openFlows(t);
    const [{ tenantId, account }] = world.tenants;
    const instances = Array.from({ length: 4 }, (_, n) => `i-0000001${n}`);
    for (const id of instances) account.addInstance(id, [id.replace('i-', 'vol-')]);
    const until = world.cloud.clock.now() + 2 * 3_600_000;
    let refused = 0;
    account.trouble.set('snapshots', () => {
      if (world.cloud.clock.now() >= until) return;
      refused += 1;
      throw new AccountAtLimit('ec2:CreateSnapshots: PendingSnapshotLimitExceeded');
    });
    const request = { instanceIds: instances, streams: 10 };
    const job = await world.run(tenantId, type === 'backup' ? backupOf(request) : snapshotOf(request));
    assert.deepEqual([job.state, job.error], ['completed', undefined]);
    assert.ok(world.cloud.clock.now() >= until);
    t.diagnostic(`${refused} refusals of ${instances.length} instances in 2 h`);
    assert.ok(refused < instances.length * 2 * 120, 'and it does not ask all the time');
  });
}

test('applications do not hold still while the account is at its limit: the snapshots come without them, and say why', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance('i-00000011', ['vol-00000011']);
  account.guests.set('i-00000011', {
    online: true,
    platform: 'Linux',
    freeze: 'succeeded',
    thaw: 'succeeded',
    vss: 'failed',
  });
  const until = world.cloud.clock.now() + 600_000;
  account.trouble.set('snapshots', () => {
    if (world.cloud.clock.now() < until) throw new AccountAtLimit('ec2:CreateSnapshots: PendingSnapshotLimitExceeded');
  });
  const began = world.cloud.clock.now();
  let thawedAt = 0;
  account.trouble.set('thaw', () => {
    thawedAt ||= world.cloud.clock.now();
  });
  const consistency = { kind: 'application', freeze: 'freeze', thaw: 'thaw' } as const;
  const job = await world.run(tenantId, backupOf({ instanceIds: ['i-00000011'], consistency }));
  assert.deepEqual([job.state, job.error], ['completed', undefined]);
  t.diagnostic(account.log.join(', '));
  assert.deepEqual(world.pointsOf(tenantId, 'i-00000011')[0]?.consistency, {
    kind: 'crash',
    reason: 'the account took no more snapshots while its applications held still',
  });
  assert.ok(thawedAt > 0 && thawedAt - began < 60_000, `${thawedAt - began} ms`);
});

test('a sweep’s look has its own patience: one account at its limit takes nothing of the next one’s', async () => {
  const refused = () => Promise.reject(Object.assign(new Error('limit'), { name: 'RequestLimitExceeded' }));
  const waits: number[] = [];
  await withPatience(async () => {
    for (let account = 0; account < 3; account++) {
      let now = 0;
      const calls = createGovernedCalls({
        ...{ throttles: createNotes().throttles, hypervisorId: `hv-${account}`, region: 'eu-central-1' },
        ...{ now: () => now, random: () => 0.5, patienceMs: 10_000 },
        wait: async (ms) => {
          now += ms;
        },
      });
      await assert.rejects(calls('ec2:DeleteSnapshot', refused), { name: 'RequestLimitExceeded' });
      waits.push(now);
    }
  }, 1);
  assert.deepEqual(waits, [10_000, 10_000, 10_000]);
});
