import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { callAs } from '../api/call-as.ts';
import { ACME, PROVIDER } from '../api/world-records.ts';
import { eventOf } from '../audit/events.ts';
import { startApiServer } from './api-server.ts';
import { manyAgainst } from './run-cli.ts';

const ENTRIES = 40;

const openLog = async (t: TestContext) => {
  const api = await startApiServer(t);
  const { world } = api;
  for (let n = 1; n <= ENTRIES; n += 1) {
    await world.auditing.audit.append(eventOf(n));
    if (n % 10 === 0) await world.deps.keepAnchor();
  }
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { world, holdfast: manyAgainst(api, PROVIDER), file: join(folder, 'audit.ndjson') };
};

test('an export is verified without the API; whatever is done to it is named by its entry', async (t) => {
  const { holdfast, file } = await openLog(t);
  const [exported, shown] = await holdfast([
    ['audit', 'export', '--output', file],
    ['audit', 'export'],
  ]);
  assert.equal(exported?.code, 0, exported?.err);
  const head = /Head: (\S+)/.exec(exported?.err ?? '')?.[1] ?? '';
  assert.match(head, /^40:[0-9a-f]{64}$/);
  const text = readFileSync(file, 'utf8');
  assert.equal(shown?.out, text, 'what is printed is what is written, character for character');
  const lines = text.trimEnd().split('\n');
  assert.equal(lines.length, ENTRIES + 4 + 1);

  const [whole, absent, noHead] = await manyAgainst(
    { url: 'http://127.0.0.1:1' },
    PROVIDER,
  )([
    ['audit', 'verify', file, '--head', head],
    ['audit', 'verify', join(file, 'none')],
    ['audit', 'verify', file, '--head', '40:abc'],
  ]);
  assert.equal(whole?.code, 0, whole?.err);
  assert.match(whole?.out ?? '', /Whole: 40 entries, and 6 anchors that fit/);
  assert.ok(whole?.out.includes(`Head: ${head}`));
  assert.match(absent?.err ?? '', /cannot be read/);
  assert.equal(noHead?.code, 2);

  const entries = lines.slice(0, ENTRIES);
  const swapped = entries.with(6, entries[7] ?? '').with(7, entries[6] ?? '');
  const denied = (lines[4] ?? '').replace('"allowed":false', '"allowed":true');
  const cases: readonly (readonly [string, readonly string[], RegExp, ...string[]])[] = [
    ['cut', lines.filter((_, n) => n !== 16), /Entry 17: it is missing/],
    ['swapped', swapped, /Entry 7: it is missing: entry 8 comes instead/],
    ['changed', lines.with(4, denied), /Entry 5: it was changed/],
    ['inserted', lines.toSpliced(9, 0, lines[8] ?? ''), /Entry 10: entry 9 comes instead/],
    ['rolled back', [...entries.slice(0, 35), ...lines.slice(ENTRIES)], /Entry 36: it and what follows are gone/],
    ['rolled back with its anchors', entries.slice(0, 35), /Entry 36: .* entry 40 was there/, '--head', head],
    ['torn', [...entries.slice(0, 5), entries[5]?.slice(0, 80) ?? ''], /Entry 6: it is no entry/],
    ['begun late', entries.slice(20), /Entry 1: it is missing: entry 21 comes instead/],
  ];
  const written = cases.map(([, changed], n) => {
    writeFileSync(`${file}.${n}`, `${changed.join('\n')}\n`);
    return `${file}.${n}`;
  });
  const results = await manyAgainst(
    { url: 'http://127.0.0.1:1' },
    PROVIDER,
  )([
    ...cases.map(([, , , ...more], n) => ['audit', 'verify', written[n] ?? '', ...more]),
    ['audit', 'verify', written.at(-1) ?? '', '--partial'],
  ]);
  for (const [n, [what, , problem]] of cases.entries()) {
    assert.equal(results[n]?.code, 1, `${what}: ${results[n]?.out}`);
    assert.match(results[n]?.err ?? '', problem, what);
  }
  assert.match(results.at(-1)?.out ?? '', /Whole: 20 entries/);
});

test('the log itself is verified: a change in the table, a roll-back and a chain made anew', async (t) => {
  const { world, holdfast } = await openLog(t);
  const verify = async (): Promise<string> => {
    const [text, json] = await holdfast([
      ['audit', 'verify'],
      ['audit', 'verify', '--json'],
    ]);
    const { whole } = JSON.parse(json?.out ?? '') as { whole: boolean };
    assert.deepEqual([text?.code, json?.code], whole ? [0, 0] : [1, 1]);
    return `${text?.out}${text?.err}`;
  };
  const { stored } = world.auditing;
  await world.auditing.audit.append(eventOf(ENTRIES + 1));
  assert.match(
    await verify(),
    /No anchor has been kept of what was written since .*: look whether the function tick runs/,
  );
  stored.delete(ENTRIES + 1);
  assert.doesNotMatch(await verify(), /No anchor/);
  const entry = (seq: number) => stored.get(seq) as Record<string, unknown>;
  assert.match(await verify(), /Whole: 40 entries, and 4 anchors/);
  stored.set(12, { ...entry(12), outcome: 'Done' });
  assert.equal(entry(12).outcome, eventOf(12).outcome);
  stored.set(13, { ...entry(13), outcome: 'Nothing' });
  assert.match(await verify(), /Entry 13: it was changed/);
  stored.set(13, { ...entry(13), more: 1 });
  assert.match(await verify(), /Entry 13: it is no entry/);
  for (let seq = 13; seq <= ENTRIES; seq += 1) stored.delete(seq);
  assert.match(await verify(), /Entry 13: it and what follows are gone/);
});

test('the list is shown, by tenant, principal and time, with what was refused', async (t) => {
  const { world, holdfast } = await openLog(t);
  await callAs(world, ACME)('GET', '/plans/ours');
  const [list, eve, one, none, wrong] = await holdfast([
    ['audit', 'list', '--limit', '2'],
    ['audit', 'list', '--principal', 'user/eve', '--all'],
    ['audit', 'list', '--tenant', 'hv-00000001', '--limit', '1', '--json'],
    ['audit', 'list', '--until', '2020-01-01'],
    ['audit', 'list', '--since', 'yesterday'],
  ]);
  assert.match(
    list?.out ?? '',
    /41 .* tenant 111111111111 user\/someone +GET \/plans\/\{planId\} .*refused: InvalidRequest/,
  );
  assert.match(list?.err ?? '', /More: --next 39/);
  assert.equal(eve?.out.match(/user\/eve/g)?.length, ENTRIES / 2);
  assert.equal(JSON.parse(one?.out ?? '').items[0].seq, 39);
  assert.equal(none?.code, 0);
  assert.equal(wrong?.code, 2);
  assert.match(wrong?.err ?? '', /like 2026-01-31/);
});
