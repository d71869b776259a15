import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACME, acme, BOLT, PROVIDER } from '../api/world-records.ts';
import { startApiServer } from './api-server.ts';
import { manyAgainst } from './run-cli.ts';

test('a tenant makes a plan and a VM group, changes both, and removes them; another tenant sees nothing of it', async (t) => {
  const api = await startApiServer(t);
  const holdfast = async (account: string, ...args: string[]) => {
    const [result] = await manyAgainst(api, account)([args]);
    assert.ok(result);
    return result;
  };
  const made = await holdfast(
    ACME,
    ...['plan', 'add', 'nightly', '--schedule', 'cron(0 2 * * ? *)', '--time-zone', 'Europe/Berlin'],
    ...['--keep-days', '30', '--json'],
  );
  assert.equal(made.code, 0, made.err);
  const { planId } = JSON.parse(made.out);
  const added = await holdfast(ACME, 'vm-group', 'add', 'web', '--tag', 'app=web', '--plan', planId, '--json');
  assert.equal(added.code, 0, added.err);
  const { groupId } = JSON.parse(added.out);

  const used = await holdfast(ACME, 'plan', 'remove', planId);
  assert.equal(used.code, 3);
  assert.match(used.err, /web/, 'the VM group that uses it is named');

  const results = await manyAgainst(
    api,
    ACME,
  )([
    ['plan', 'change', planId, '--keep-days', '60', '--pause'],
    ['vm-group', 'change', groupId, '--no-plan', '--exclude-device', '/dev/sdf'],
    ['vm-group', 'list'],
    ['plan', 'list'],
  ]);
  assert.deepEqual(
    results.map(({ code, err }) => [code, err]),
    results.map(() => [0, '']),
  );
  const [plan, group, groups, plans] = results.map(({ out }) => out);
  assert.match(plan ?? '', /Kept in the library +60 days/);
  assert.match(group ?? '', /Instances +tag app=web\nLeft out +volumes: device \/dev\/sdf/);
  assert.match(groups ?? '', new RegExp(`${groupId} +web +tag app=web`));
  assert.match(plans ?? '', /nightly +streaming +cron\(0 2 \* \* \? \*\) Europe\/Berlin +paused +60 days/);

  const operator = await holdfast(PROVIDER, 'plan', 'change', planId, '--streams', '3', '--tenant', acme.hypervisorId);
  assert.match(operator.out, /Streams +3/);
  const again = await holdfast(ACME, 'plan', 'change', planId, '--unpause', '--json');
  assert.equal(again.code, 0, again.err);
  assert.ok(!('streams' in JSON.parse(again.out)), 'what its provider set is not shown');
  const kept = await holdfast(PROVIDER, 'plan', 'show', planId, '--tenant', acme.hypervisorId);
  assert.match(kept.out, /Streams +3/, 'and not lost by a change of the tenant');

  const foreign = await manyAgainst(
    api,
    BOLT,
  )([
    ['plan', 'show', planId],
    ['vm-group', 'show', groupId],
    ['plan', 'list'],
  ]);
  assert.deepEqual(
    foreign.map(({ code }) => code),
    [3, 3, 0],
  );
  assert.match(foreign[2]?.out ?? '', /There are no plans yet/);
  const removed = await manyAgainst(
    api,
    ACME,
  )([
    ['plan', 'remove', planId],
    ['vm-group', 'remove', groupId],
    ['plan', 'list'],
  ]);
  assert.deepEqual(
    removed.map(({ code, err }) => [code, err]),
    removed.map(() => [0, '']),
  );
});

test('the same command with the same idempotency key is the same job', async (t) => {
  const api = await startApiServer(t);
  const command = ['backup', 'start', 'i-0123456789abcdef0', '--idempotency-key', 'monday', '--json'];
  const results = await manyAgainst(api)([command, command, [...command, '--full']]);
  assert.equal(results[0]?.code, 0, results[0]?.err);
  assert.equal(results[1]?.out, results[0]?.out);
  assert.equal(results[2]?.code, 3, 'the same key for something else is refused');
  assert.match(results[2]?.err ?? '', /Idempotency-Key/);
  assert.equal(api.world.records.jobs.size, 1);
});
