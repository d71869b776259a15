import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sha256 } from '../../adapters/system.ts';
import type { AuditAnchor, AuditEntry } from '../../core/contracts/audit.ts';
import {
  anchorOf,
  type BrokenChain,
  canonicalJson,
  createChainCheck,
  nextEntry,
} from '../../core/domain/audit-chain.ts';
import { seededRandom } from '../library/seeded-random.ts';
import { eventOf, logOf, START } from './events.ts';

const SIZE = 60;
let log: readonly AuditEntry[];
before(async () => {
  log = (await logOf(SIZE)).written();
});

const verify = (
  entries: readonly unknown[],
  anchors: readonly AuditAnchor[] = [],
  fromTheStart = true,
): BrokenChain | undefined => {
  const check = createChainCheck(sha256, anchors, { fromTheStart });
  for (const entry of entries) {
    const broken = check.add(entry);
    if (broken) return broken;
  }
  return check.end();
};
const at = (seq: number): AuditEntry => log[seq - 1] as AuditEntry;
const with_ = (seq: number, changed: unknown): unknown[] => log.map((each) => (each.seq === seq ? changed : each));

/** As somebody would who may write to the table, and knows how the chain is made. */
const forgedFrom = (seq: number, first: AuditEntry): AuditEntry[] => {
  const forged: AuditEntry[] = [...log.slice(0, seq - 1)];
  for (const entry of [first, ...log.slice(seq)]) {
    const { seq: _, at: time, previous: __, hash: ___, ...event } = entry;
    forged.push(nextEntry(sha256, forged.at(-1), event, Date.parse(time)));
  }
  return forged;
};

test('a log that nobody touched is whole', () => {
  assert.equal(verify(log), undefined);
  assert.equal(verify(log, [anchorOf(at(1)), anchorOf(at(30)), anchorOf(at(SIZE))]), undefined);
  assert.equal(verify([]), undefined);
});

/** Every value in an entry, by its path, with another one of the same kind. */
const otherValues = (value: unknown, path: readonly string[] = []): { path: readonly string[]; other: unknown }[] => {
  if (Array.isArray(value))
    return [
      { path, other: value.slice(1) },
      { path, other: [...value, 'plan-99999999'] },
    ];
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, each]) => [
      ...otherValues(each, [...path, name]),
      { path: [...path, name], other: undefined },
    ]);
  if (typeof value === 'boolean') return [{ path, other: !value }];
  if (typeof value === 'number') return [{ path, other: value + 1 }];
  const [last] = path.slice(-1);
  if (last === 'at') return [{ path, other: new Date(Date.parse(String(value)) + 1).toISOString() }];
  if (last === 'kind') return [{ path, other: value === 'operator' ? 'tenant' : 'operator' }];
  return [{ path, other: String(value).replace(/.$/, (end) => (end === '0' ? '1' : '0')) }];
};

const changedAt = (entry: unknown, [name = '', ...rest]: readonly string[], other: unknown): unknown => {
  const { [name]: value, ...others } = entry as Record<string, unknown>;
  const changed = rest.length > 0 ? changedAt(value, rest, other) : other;
  return changed === undefined ? others : { ...others, [name]: changed };
};

test('any value of any entry that is changed, taken out or added is found, and the entry is named', (t) => {
  let changes = 0;
  for (const seq of [1, 2, 35, SIZE - 1, SIZE]) {
    for (const { path, other } of otherValues(at(seq))) {
      const changed = changedAt(at(seq), path, other);
      assert.notDeepEqual(changed, at(seq), path.join('.'));
      const broken = verify(with_(seq, changed));
      assert.equal(broken?.seq, seq, `${path.join('.')}: ${JSON.stringify(broken)}`);
      changes += 1;
    }
    assert.equal(verify(with_(seq, { ...at(seq), approvedBy: 'nobody' }))?.seq, seq, 'a field more');
    assert.equal(verify(with_(seq, { seq, broken: true }))?.seq, seq);
    assert.equal(verify(with_(seq, 'not an entry'))?.seq, seq);
    changes += 3;
  }
  t.diagnostic(`${changes} changes: ${changes} found`);
  assert.ok(changes > 150);
});

test('a changed entry with a hash that fits is found at the entry behind it', () => {
  const { hash: _, ...entry } = { ...at(20), allowed: !at(20).allowed };
  const rehashed = { ...entry, hash: sha256(canonicalJson(entry)) };
  assert.match(verify(with_(20, rehashed))?.problem ?? '', /does not follow/);
  assert.equal(verify(with_(20, rehashed))?.seq, 21);
});

test('cut out, swapped, doubled, inserted, moved: each is found where it begins', (t) => {
  const seed = process.env.HOLDFAST_SEED ?? 'audit 1';
  const random = seededRandom(seed);
  const pick = (from: number, to: number): number => from + (Buffer.from(random(4)).readUInt32BE() % (to - from + 1));
  let found = 0;
  const expect = (entries: readonly unknown[], seq: number, what: string): void => {
    assert.equal(verify(entries)?.seq, seq, `${what}, seed ${seed}`);
    found += 1;
  };
  for (let round = 0; round < 100; round += 1) {
    const first = pick(1, SIZE - 2);
    const until = pick(first, SIZE - 1);
    expect([...log.slice(0, first - 1), ...log.slice(until)], first, `cut ${first} to ${until}`);
    const other = pick(first + 1, SIZE);
    const swapped = log.map((each, n) => (n + 1 === first ? at(other) : n + 1 === other ? at(first) : each));
    expect(swapped, first, `swap ${first} and ${other}`);
    expect([...log.slice(0, first), at(first), ...log.slice(first)], first + 1, `double ${first}`);
    const inserted = nextEntry(sha256, at(first), eventOf(1_000 + round), START + 10 ** 9);
    expect([...log.slice(0, first), inserted, ...log.slice(first)], first + 2, `insert behind ${first}`);
    const renumbered = { ...at(first), seq: other };
    expect([...log.slice(0, first - 1), renumbered, ...log.slice(first)], first, `number ${first} as ${other}`);
  }
  t.diagnostic(`seed ${seed}: ${found} of ${found} found`);
});

test('a log of which the beginning is gone is not whole, unless a part is what was asked for', () => {
  assert.equal(verify(log.slice(10))?.seq, 1);
  assert.equal(verify(log.slice(10), [], false), undefined);
  assert.equal(verify(log.slice(10), [anchorOf(at(3)), anchorOf(at(40))], false), undefined);
  assert.equal(verify([...log.slice(10, 20), ...log.slice(21)], [], false)?.seq, 21);
});

test('the newest entries rolled back are found by an anchor, or by a head that was kept, and by nothing else', () => {
  for (const gone of [1, 2, 30, SIZE]) {
    const rest = log.slice(0, SIZE - gone);
    assert.equal(verify(rest), undefined, 'the rest is a chain of its own');
    const broken = verify(rest, [anchorOf(at(SIZE))]);
    assert.equal(broken?.seq, SIZE - gone + 1);
    assert.match(broken?.problem ?? '', new RegExp(`gone: entry ${SIZE} was there`));
  }
});

test('a chain that was made anew from a changed entry on is found by an anchor behind it', () => {
  for (const seq of [1, 20, SIZE]) {
    const forged = forgedFrom(seq, { ...at(seq), who: { kind: 'system', principal: 'nobody' } });
    assert.equal(verify(forged), undefined, 'it is a chain of its own');
    for (const anchored of [seq, SIZE]) {
      const broken = verify(forged, [anchorOf(at(1)), anchorOf(at(anchored))].slice(seq === 1 ? 1 : 0));
      assert.equal(broken?.seq, anchored);
      assert.match(broken?.problem ?? '', /anchored/);
    }
  }
});
