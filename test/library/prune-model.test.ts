import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkLibrary } from '../../library/check-library.ts';
import { type Library, openLibrary } from '../../library/library.ts';
import { openTenantKeys } from '../../library/tenant-keys.ts';
import { readMap } from '../../library/volume-map.ts';
import { type Blocks, backUp, block, difference, IDENTITY, openTestLibrary, restore, WRAPPER } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { pruneNow } from './pruning.ts';
import { seededRandom } from './seeded-random.ts';
import { watchedStore } from './watched-store.ts';

const sizeBytes = 2 ** 30;
/** Few contents, so that what one point leaves behind another takes up. */
const CONTENTS = Array.from({ length: 10 }, (_, n) => block(`content ${n}`));

/** Turns that a slow node takes for what others do in one: a prune begins and ends while it is at work. */
const SLOW = 12;

interface Attempt {
  readonly point: string;
  readonly began: number;
  readonly blocks: ReadonlyMap<number, Buffer>;
  fenced: boolean;
}
interface Point {
  readonly volumeId: string;
  readonly blocks: ReadonlyMap<number, Buffer>;
  expired: boolean;
}

type Action =
  | { readonly kind: 'back up'; readonly volume: number; readonly changes: readonly (readonly [number, number])[] }
  | { readonly kind: 'restore'; readonly node: number; readonly pick: number }
  | { readonly kind: 'expire'; readonly pick: number }
  /** On a node that is slow it may sleep through what others do, and wake when another has taken its work over. */
  | { readonly kind: 'prune'; readonly node: number };

const pick = fc.nat(100);
const changes = fc.array(fc.tuple(fc.nat(2), fc.nat(CONTENTS.length)), { minLength: 1, maxLength: 4 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('back up' as const), volume: fc.nat(1), changes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restore' as const), node: fc.nat(1), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('expire' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('prune' as const), node: fc.nat(2) }) },
);

/** The control plane in little: who may commit, what is committed, what is over. */
class Control {
  readonly points = new Map<string, Point>();
  readonly open = new Map<string, Attempt>();
  readonly heads = new Map<string, string>();
  readonly over: string[] = [];
  readonly counts = { committed: 0, refused: 0, restored: 0, pruned: 0, overtaken: 0, fenced: 0 };
  #clock = 1;

  tick = (): number => this.#clock++;

  live(): [string, Point][] {
    return [...this.points].filter(([, { expired }]) => !expired);
  }
  raiseFences = async (before: number): Promise<void> => {
    for (const attempt of this.open.values()) {
      if (attempt.began >= before || attempt.fenced) continue;
      attempt.fenced = true;
      this.counts.fenced++;
    }
  };
}

const nodeOf = async (store: MemoryStore, gate: () => Promise<void>, seed: string, control: Control) => {
  const gated = watchedStore(store, (_call, _key, when) => (when === 'before' ? gate() : undefined));
  const keys = await openTenantKeys({ store, wrapper: WRAPPER, ...IDENTITY });
  return { library: openLibrary({ store: gated, keys, random: seededRandom(seed), now: control.tick }), gated };
};

const runBackUp = async (
  control: Control,
  library: Library,
  { volume, changes }: Extract<Action, { kind: 'back up' }>,
  number: number,
): Promise<void> => {
  const volumeId = `vol-${volume}`;
  const name = `rp-${number}`;
  if ([...control.open.keys()].some((open) => open.endsWith(volumeId))) return;
  const head = control.heads.get(volumeId);
  const base = head === undefined || control.points.get(head)?.expired ? undefined : head;
  const blocks = new Map(base === undefined ? [] : control.points.get(base)?.blocks);
  const given: Map<number, Buffer | undefined> = new Map();
  for (const [at, content] of changes) given.set(at, CONTENTS[content]);
  for (const [at, plain] of given) {
    if (plain) blocks.set(at, plain);
    else blocks.delete(at);
  }
  const attempt: Attempt = { point: name, began: control.tick(), blocks, fenced: false };
  const key = `${name} ${volumeId}`;
  control.open.set(key, attempt);
  try {
    await library.index.refresh();
    const parent = base === undefined ? undefined : await readMap(library, base, volumeId);
    await backUp(library, { point: name, volumeId, sizeBytes, blocks: given as Blocks, parent, packBytes: 200 });
    if (attempt.fenced) throw new Error('its fence was raised');
    control.points.set(name, { volumeId, blocks, expired: false });
    control.heads.set(volumeId, name);
    control.counts.committed++;
  } catch (error) {
    // only what prune overtook may fail
    if (!attempt.fenced && (base === undefined || !control.points.get(base)?.expired)) throw error;
    control.over.push(name);
    control.counts.refused++;
  } finally {
    control.open.delete(key);
  }
};

const runRestore = async (control: Control, library: Library, at: number): Promise<void> => {
  const live = control.live();
  const [name, point] = live[at % Math.max(1, live.length)] ?? [];
  if (!name || !point) return;
  try {
    assert.equal(difference(await restore(library, name, point.volumeId), point.blocks), undefined, name);
    control.counts.restored++;
  } catch (error) {
    if (!point.expired) throw error;
  }
};

const story = async (s: fc.Scheduler, actions: readonly Action[], safetyMs: number, total: Control['counts']) => {
  const store = new MemoryStore();
  await openTestLibrary(store);
  const control = new Control();
  let free = false;
  /** One call of a node takes so many turns. */
  const gate = (turns: number) => async (): Promise<void> => {
    // time passes with what is done
    control.tick();
    for (let turn = 0; turn < turns && !free; turn++) await s.schedule(Promise.resolve());
  };
  const nodes = [
    await nodeOf(store, gate(1), 'node 0', control),
    await nodeOf(store, gate(SLOW), 'node 1', control),
  ] as const;
  const pruners = await Promise.all(
    [1, 1, 4 * SLOW].map((turns, n) => nodeOf(store, gate(turns), `pruner ${n}`, control)),
  );
  let [begun, ended] = [0, 0];
  const pruneOnce = async (node: number): Promise<void> => {
    const { library, gated } = pruners[node] as (typeof pruners)[0];
    const isAlone = begun === ended;
    const number = ++begun;
    const pruning = pruneNow(library, gated, {
      holder: `prune-${node}`,
      takeOver: true,
      committed: control.live().map(([name]) => name),
      expired: [...control.over, ...[...control.points].filter(([, { expired }]) => expired).map(([name]) => name)],
      pending: [...control.open.values()].map(({ point }) => point),
      raiseFences: control.raiseFences,
      clockMarginMs: 0,
      safetyMs,
      packBytes: 400,
    });
    await pruning.then(
      () => control.counts.pruned++,
      (error: unknown) => {
        if (isAlone && number === begun) throw error;
        control.counts.overtaken++;
      },
    );
    ended++;
  };
  const running: Promise<void>[] = [];
  for (const [number, action] of actions.entries()) {
    // a few steps of what is under way between any two actions
    for (let step = 0; step < 30 && s.count() > 0; step++) await s.waitNext(1);
    if (action.kind === 'back up') {
      const node = nodes[number % 2] as (typeof nodes)[0];
      running.push(runBackUp(control, node.library, action, number));
    } else if (action.kind === 'restore') {
      running.push(runRestore(control, (nodes[action.node] as (typeof nodes)[0]).library, action.pick));
    } else if (action.kind === 'expire') {
      const live = control.live();
      const [, point] = live[action.pick % Math.max(1, live.length)] ?? [];
      if (point) point.expired = true;
    } else {
      running.push(pruneOnce(action.node));
    }
  }
  const all = Promise.all(running);
  await s.waitFor(all);
  free = true;
  // whatever happened: what is committed and not expired is there, by an old index and by a new one
  const fresh = await openTestLibrary(store, seededRandom('fresh'));
  for (const [name, { volumeId, blocks }] of control.live())
    for (const library of [fresh, nodes[0].library])
      assert.equal(difference(await restore(library, name, volumeId), blocks), undefined, name);
  // and two more prunes, with nothing else under way, leave what is needed
  for (let time = 0; time < 3; time++) {
    for (let left = safetyMs; left > 0; left--) control.tick();
    await pruneOnce(0);
  }
  const after = await openTestLibrary(store, seededRandom('after'));
  for (const [name, { volumeId, blocks }] of control.live())
    assert.equal(difference(await restore(after, name, volumeId), blocks), undefined, name);
  assert.deepEqual((await checkLibrary(after, { depth: 'everything' })).findings, []);
  const points = [...store.objects.keys()].filter((key) => key.startsWith('points/')).length;
  assert.equal(points, control.live().length);
  for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += control.counts[name];
};

/**
 * HOLDFAST_RUNS makes it longer; a failure prints the seed and the path that replay it. HOLDFAST_SHRINK looks for a shorter
 * one, which takes a quarter of an hour or more.
 */
const { HOLDFAST_RUNS, HOLDFAST_SEED, HOLDFAST_PATH, HOLDFAST_SHRINK } = process.env;
const RUNS = Number(HOLDFAST_RUNS ?? 40);
const REPLAY = {
  endOnFailure: !HOLDFAST_SHRINK,
  ...(HOLDFAST_SEED && { seed: Number(HOLDFAST_SEED) }),
  ...(HOLDFAST_PATH && { path: HOLDFAST_PATH }),
};

for (const safetyMs of [0, 60]) {
  test(`beside backups and restores, step by step in any order, a prune ${safetyMs ? 'that waits' : 'that does not wait'} loses nothing`, async (t) => {
    const total = { committed: 0, refused: 0, restored: 0, pruned: 0, overtaken: 0, fenced: 0 };
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(action, { minLength: 8, maxLength: 30 }), (s, actions) =>
        story(s, actions, safetyMs, total),
      ),
      { numRuns: RUNS, ...REPLAY },
    );
    t.diagnostic(JSON.stringify(total));
    assert.ok(total.committed > RUNS && total.restored > 0 && total.pruned > RUNS && total.overtaken > 0);
  });
}
