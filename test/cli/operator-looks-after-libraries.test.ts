import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LibraryRunView } from '../../core/contracts/library-runs.ts';
import { PROVIDER } from '../api/world-records.ts';
import { type ContractServer, startContractServer } from './contract-server.ts';
import { manyAgainst } from './run-cli.ts';
import { POINT, RUN, TENANT } from './sample-ids.ts';
import { libraryRunView } from './sample-upkeep.ts';

const WAIT = ['library', 'check', TENANT, '--wait'];
const shown = async (api: ContractServer, args: readonly string[]) => {
  const [result] = await manyAgainst(api, PROVIDER)([args]);
  assert.ok(result);
  return result;
};

const found: LibraryRunView = {
  ...libraryRunView,
  outcome: {
    ...libraryRunView.outcome,
    findingsInAll: 1,
    findings: [{ key: 'packs/ab/abcd', kind: 'pack', damage: 'corrupt', problem: 'block 3 is damaged', lostBlocks: 3 }],
    lostInAll: 1,
    lost: [
      {
        recoveryPointId: POINT,
        volumeId: 'vol-0123456789abcdef0',
        blocks: 3,
        ranges: [
          [7, 8],
          [20, 22],
        ],
      },
    ],
  } as LibraryRunView['outcome'] & object,
};

test('a check that finds damage names object, recovery point and blocks, and ends with 1', async (t) => {
  const api = await startContractServer(t);
  api.answers.set('tenant getLibraryRun', found);
  const { code, out } = await shown(api, WAIT);
  assert.equal(code, 1, out);
  assert.match(out, /packs\/ab\/abcd +corrupt +3 +block 3 is damaged/);
  assert.match(out, new RegExp(`${POINT} +vol-0123456789abcdef0 +3 +1.5 MiB +7, 20–21`));
  const json = await shown(api, [...WAIT, '--json']);
  assert.deepEqual([json.code, JSON.parse(json.out).runId], [1, RUN]);
});

test('a prune that is waited for ends when its window begins, and says when the space comes back', async (t) => {
  const api = await startContractServer(t);
  const { outcome: _, depth: __, endedAt: ___, ...base } = libraryRunView;
  api.answers.set('tenant getLibraryRun', {
    ...base,
    task: 'prune',
    state: 'waiting',
    waitUntil: '2026-01-08T00:00:00.000Z',
  });
  const { code, out } = await shown(api, ['library', 'prune', TENANT, '--wait']);
  assert.equal(code, 0, out);
  assert.match(out, /space is given back after 2026-01-08/);
  assert.deepEqual(api.seen[0]?.body, { task: 'prune' });
  assert.ok(api.seen[0]?.idempotencyKey, 'asked for once, however often it is sent');
});

test('a run that failed says why and what to do, and ends with 1; a depth that a repair cannot have is refused here', async (t) => {
  const api = await startContractServer(t);
  const { outcome: _, ...base } = libraryRunView;
  const error = {
    name: 'LibraryDamaged',
    message: '1 object(s) cannot be read',
    remedy: 'Check the library, repair it.',
  };
  api.answers.set('tenant getLibraryRun', { ...base, state: 'failed', error });
  const failed = await shown(api, ['library', 'run', RUN, '--tenant', TENANT]);
  assert.equal(failed.code, 1);
  assert.match(failed.out, /LibraryDamaged: 1 object[\s\S]*repair it/);
  const before = api.seen.length;
  assert.equal((await shown(api, ['library', 'repair', TENANT, '--depth', 'sample'])).code, 2);
  assert.equal(api.seen.length, before, 'nothing was sent');
});
