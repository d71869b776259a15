import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDER } from '../api/world-records.ts';
import { startContractServer } from './contract-server.ts';
import { cliAgainst } from './run-cli.ts';

const fact = (name: string, level: string, about: readonly string[] = []) => ({
  name,
  level,
  says: `this is ${level}`,
  metrics: { SomeMetric: 1 },
  about,
  ...(about.length > 1 ? { more: 3 } : {}),
});

test('health says one line a fact and what it is about, and ends with 1 if one is bad', async (t) => {
  const api = await startContractServer(t);
  const cli = cliAgainst(api, PROVIDER);
  const answer = (level: string, facts: readonly object[]) =>
    api.answers.set('operator getHealth', { at: '2026-01-01T02:00:00.000Z', level, facts });

  answer('warn', [fact('tick', 'ok'), fact('failed jobs', 'warn', ['job-1 failed'])]);
  const fine = await cli(['health']);
  assert.equal(fine.code, 0, fine.err);
  assert.match(fine.out, /^ok +tick +this is ok$/m);
  assert.match(fine.out, /^warn +failed jobs +this is warn$/m);
  assert.match(fine.out, /^failed jobs\n {2}job-1 failed$/m);

  answer('bad', [fact('access nodes', 'bad', ['node-1', 'node-2'])]);
  const bad = await cli(['health']);
  assert.equal(bad.code, 1);
  assert.match(bad.out, /node-1\n {2}node-2\n {2}and 3 more/);
  const json = await cli(['health', '--json']);
  assert.equal(json.code, 1);
  assert.deepEqual(JSON.parse(json.out).facts[0].metrics, { SomeMetric: 1 });
});
