import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Order } from '../../core/domain/order.ts';
import { divideQuota, type Share, SNAPSHOT_CALLS_PER_SECOND, withoutShare } from '../../core/domain/quota.ts';
import { giveBlockRateBack, takeBlockRate } from '../../core/steps/broker/block-rate.ts';
import { A, aJob, anOrder } from '../adapters/records.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';

const HEARTBEAT_SECONDS = 20;
/** As keep-claim.ts does it. */
const PAUSE_SECONDS = HEARTBEAT_SECONDS * 1.75;

const seeded = (seed: number) => (): number => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return seed / 2 ** 32;
};

/** A node as far as the quota sees it: what it calls at, and what it has heard. In virtual time. */
interface Node {
  readonly order: Order;
  told: number;
  rate: number;
  /** When the call was sent whose answer came last, in s. */
  heardAt: number;
  /** Cut off: it goes on calling EBS, and hears no more of the broker. */
  cutOff: boolean;
  gone: boolean;
}

/** The broker and many nodes, with slow, lost and late answers. `check` is called after each event. */
const simulate = (limit: number, random: () => number, check: (nodes: readonly Node[], now: number) => void) => {
  let now = 0;
  const events: { at: number; run: () => void | Promise<void> }[] = [];
  const after = (seconds: number, run: () => void | Promise<void>): void =>
    void events.push({ at: now + seconds, run });
  const { catalog } = createInMemoryCatalog();
  const deps = { catalog, clock: { now: () => now * 1_000 }, heartbeatSeconds: HEARTBEAT_SECONDS, blockRate: limit };
  const job = aJob(A);
  const nodes: Node[] = [];
  const latency = (): number => 0.01 + random() * random() * 4;

  const call = (node: Node, lossy: number): void => {
    if (node.gone) return;
    const sentAt = now;
    const beat = { again: HEARTBEAT_SECONDS };
    const next = (): void => after(beat.again, () => call(node, lossy));
    if (node.cutOff || random() < lossy) {
      beat.again = HEARTBEAT_SECONDS / 4;
      next();
      return;
    }
    const { told: running } = node;
    after(latency(), async () => {
      const answer = await takeBlockRate(deps, node.order, running);
      after(latency(), () => {
        const lost = random() < lossy;
        beat.again = lost ? HEARTBEAT_SECONDS / 4 : (answer.againSeconds ?? HEARTBEAT_SECONDS);
        if (!lost) {
          node.told = answer.blockRate;
          node.heardAt = sentAt;
          node.rate = answer.blockRate;
        }
        next();
      });
    });
  };

  const api = {
    join(snapshotId: string, lossy = 0): Node {
      const order = { ...anOrder(job, 'i-1'), kind: 'read-segment' as const, snapshotIds: [snapshotId], claim: 1 };
      const node: Node = { order, told: 0, rate: 0, heardAt: -1e9, cutOff: false, gone: false };
      nodes.push(node);
      call(node, lossy);
      return node;
    },
    leave(node: Node, orderly: boolean): void {
      node.gone = true;
      if (orderly) after(latency(), () => giveBlockRateBack(deps, node.order));
    },
    live: (): Node[] => nodes.filter(({ gone, cutOff }) => !gone && !cutOff),
    nodes,
    after,
    async run(seconds: number): Promise<void> {
      const end = now + seconds;
      for (;;) {
        events.sort((a, b) => a.at - b.at);
        const [first] = events;
        if (!first || first.at > end) break;
        events.shift();
        now = Math.max(now, first.at);
        await first.run();
        check(nodes, now);
      }
      now = end;
      check(nodes, now);
    },
  };
  return api;
};

const callsAt = (nodes: readonly Node[], now: number): number =>
  nodes.reduce((sum, { gone, rate, heardAt }) => sum + (gone || now - heardAt > PAUSE_SECONDS ? 0 : rate), 0);

describe('the quota of an account is divided among its open orders', () => {
  const share = (holder: string, counted: number, told = counted, snapshotId = 'snap-1'): Share => ({
    holder,
    snapshotId,
    told,
    counted,
    until: 60_000,
  });
  const ask = (holder: string, running: number, snapshotId = 'snap-1') => ({
    holder,
    snapshotId,
    running,
    now: 1,
    until: 60_000,
  });

  it('gives one order all but a small reserve', () => {
    assert.equal(divideQuota([], 1_000, ask('a', 0)).rate, 980);
  });

  it('starts a second one low, while the first does not know yet', () => {
    const { rate, expects } = divideQuota([share('a', 980)], 1_000, ask('b', 0));
    assert.equal(rate, 10);
    assert.equal(expects, 'low');
  });

  it('gives what an order lost to the others only when its node has said that it knows', () => {
    let shares: readonly Share[] = [share('a', 980), share('b', 10)];
    const lowered = divideQuota(shares, 1_000, ask('a', 980));
    assert.deepEqual([lowered.rate, lowered.expects], [490, 'confirm']);
    ({ shares } = lowered);
    assert.equal(divideQuota(shares, 1_000, ask('b', 10)).rate, 10, 'half of what is left, as before');
    // the answer was lost: the node still says what it was told before
    assert.equal(divideQuota(shares, 1_000, ask('a', 980)).shares.find(({ holder }) => holder === 'a')?.counted, 980);
    const confirmed = divideQuota(shares, 1_000, ask('a', 490));
    assert.deepEqual([confirmed.rate, confirmed.expects], [490, 'nothing']);
    assert.equal(divideQuota(confirmed.shares, 1_000, ask('b', 10)).rate, 490);
  });

  it('forgets orders that nobody has heard of', () => {
    const late = { ...ask('b', 0), now: 60_001, until: 120_000 };
    assert.equal(divideQuota([share('a', 980)], 1_000, late).rate, 980);
    assert.deepEqual(withoutShare([share('a', 490), share('b', 490)], 'a', 1), [share('b', 490)]);
  });

  it('gives one snapshot no more than it bears, and the rest to orders of others', () => {
    let shares: readonly Share[] = [];
    const told = new Map<string, number>();
    const orders = [...Array.from({ length: 10 }, (_, at) => [`a${at}`, 'snap-1']), ['b', 'snap-2']];
    for (let round = 0; round < 20; round += 1) {
      for (const [holder = '', snapshotId = ''] of orders) {
        const divided = divideQuota(shares, 5_000, ask(holder, told.get(holder) ?? 0, snapshotId));
        ({ shares } = divided);
        told.set(holder, divided.rate);
      }
    }
    const first = [...told].filter(([holder]) => holder !== 'b').reduce((sum, [, rate]) => sum + rate, 0);
    assert.ok(first <= SNAPSHOT_CALLS_PER_SECOND && first > 970, `${first}`);
    assert.equal(told.get('b'), 980);
  });

  it('hands out nothing that is not there when the quota was lowered', () => {
    assert.equal(divideQuota([share('a', 980)], 500, ask('b', 0)).rate, 0);
    assert.equal(divideQuota([share('a', 980), share('b', 0)], 500, ask('a', 980)).rate, 245);
  });
});

describe('many nodes share an account', () => {
  it('never call at more than the quota, whoever joins, leaves, dies or is cut off, and use most of it', async () => {
    for (let seed = 1; seed <= 6; seed += 1) {
      const random = seeded(seed);
      const limit = [1_000, 3_000, 40][seed % 3] ?? 1_000;
      let most = 0;
      const world = simulate(limit, random, (nodes, now) => {
        const sum = callsAt(nodes, now);
        most = Math.max(most, sum);
        assert.ok(sum <= limit + 1e-6, `seed ${seed}, ${now} s: ${sum} of ${limit}`);
        for (const [snapshotId, of] of Map.groupBy(nodes, ({ order }) => order.snapshotIds[0]))
          assert.ok(callsAt(of, now) <= SNAPSHOT_CALLS_PER_SECOND + 1e-6, `seed ${seed}, ${now} s: ${snapshotId}`);
      });
      for (let step = 0; step < 60; step += 1) {
        const live = world.live();
        const chosen = live[Math.floor(random() * live.length)];
        const dice = random();
        if (!chosen || (dice < 0.5 && live.length < 40))
          for (let many = 0; many < 1 + random() * 6; many += 1) world.join(`snap-${Math.floor(random() * 4)}`, 0.1);
        else if (dice < 0.8) world.leave(chosen, random() < 0.7);
        else chosen.cutOff = true;
        await world.run(random() * 40);
      }
      // and when nothing changes any more, it is all in use
      while (world.live().length < 3) world.join(`snap-${world.live().length}`);
      await world.run(600);
      const sum = world.live().reduce((all, { told }) => all + told, 0);
      const open = new Set(world.live().map(({ order }) => order.snapshotIds[0])).size;
      assert.ok(sum >= 0.9 * Math.min(limit, open * SNAPSHOT_CALLS_PER_SECOND), `seed ${seed}: ${sum} of ${limit}`);
      assert.ok(most > 0.9 * Math.min(limit, SNAPSHOT_CALLS_PER_SECOND), `seed ${seed}: never more than ${most}`);
    }
  });

  it('have their fair share within 45 seconds after one has joined', async () => {
    const world = simulate(1_000, seeded(7), () => undefined);
    for (let many = 0; many < 4; many += 1) world.join(`snap-${many}`);
    await world.run(120);
    const late = world.join('snap-late');
    await world.run(45);
    assert.ok(late.told > 0.93 * (980 / 5), `${late.told}`);
  });
});
