import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLOCK_BYTES } from '../../core/contracts/ids.ts';
import type { Job, JobInstance, RestoreRequest } from '../../core/domain/job.ts';
import { ACME, acme, BOLT, job, jobInstance, PROVIDER, point, START } from '../api/world-records.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { cliAgainst } from './run-cli.ts';

const blocks = (n: number) => ({
  transferred: n,
  zero: n / 4,
  deduplicated: n / 4,
  stored: n / 2,
  storedBytes: n * 100_000,
  bytes: n * BLOCK_BYTES,
  verified: 0,
});

/** Lets a job go one step further each time somebody looks at it. */
const play = (api: ApiServer, instanceSteps: readonly Partial<JobInstance>[], last: Partial<Job>): void => {
  let step = 0;
  api.onRequest = (_, request) => {
    const [current] = [...api.world.records.jobs.values()].slice(-1);
    if (!current || request !== `GET /jobs/${current.jobId}`) return;
    const change = instanceSteps[Math.min(step++, instanceSteps.length - 1)] ?? {};
    api.world.records.instances.splice(0, Infinity, jobInstance(current, change));
    const state: Partial<Job> = step >= instanceSteps.length ? last : { state: 'running', startedAt: START };
    api.world.records.jobs.set(current.jobId, { ...current, ...state });
  };
};

const moving = (n: number): Partial<JobInstance> => ({
  phase: 'transferring',
  plannedBlocks: 8_192,
  counters: blocks(n),
  transferStartedAt: START - 10_000,
});

test('a backup is followed to its end: each change is a line, then a table of what was moved', async (t) => {
  const api = await startApiServer(t);
  const done = { phase: 'done', counters: blocks(8_192), recoveryPointId: point(1, acme).recoveryPointId } as const;
  play(api, [{ phase: 'waiting' }, { phase: 'planning' }, moving(1_024), moving(4_096), done], {
    state: 'completed',
    startedAt: START,
    endedAt: START + 185_000,
  });
  const { code, out, err } = await cliAgainst(api)(['backup', 'start', 'i-0123456789abcdef0', '--wait']);
  assert.equal(code, 0, err);
  const order = [
    'Backup started: job-',
    'waiting',
    'planning',
    'transferring 12 %',
    'transferring 50 %',
    'done',
    'INSTANCE',
    'completed in 3 min 05 s',
  ];
  const places = order.map((words) => out.indexOf(words));
  assert.ok(!places.includes(-1), out);
  assert.deepEqual(
    places.toSorted((a, b) => a - b),
    places,
  );
  assert.ok(out.includes('Backup started') && !out.includes('\u001b'), 'no colours in a pipe');
  assert.match(out, /512 MiB of 4 GiB, 51 MiB\/s, 1 min 10 s left/);
  assert.match(out, /i-0123456789abcdef0 +done +4 GiB +1 GiB +1 GiB +781 MiB +rp-/);
  assert.match(out, /Restore it: holdfast restore start rp-/);
});

test('a job that fails ends with 1, and names the error, what happened, and what to do', async (t) => {
  const api = await startApiServer(t);
  const error = { name: 'InstanceBusy', message: 'Another job holds this instance.' };
  play(api, [{ phase: 'waiting' }, { phase: 'failed', error }], { state: 'failed', startedAt: START, endedAt: START });
  const { code, out } = await cliAgainst(api)(['backup', 'start', 'i-0123456789abcdef0', '--wait']);
  assert.equal(code, 1);
  assert.match(
    out,
    /i-0123456789abcdef0 {2}InstanceBusy\n {2}Another job holds this instance\.\n {2}What to do: Wait for/,
  );
});

test('with --json there is nothing but the job at its end', async (t) => {
  const api = await startApiServer(t);
  play(api, [{ phase: 'waiting' }, moving(1_024), { phase: 'done', counters: blocks(8_192) }], { state: 'completed' });
  const { code, out } = await cliAgainst(api)(['backup', 'start', 'i-0123456789abcdef0', '--wait', '--json']);
  assert.equal(code, 0);
  assert.equal(JSON.parse(out).instances[0].counters.bytes, 8_192 * BLOCK_BYTES);
});

test('a job that waits for an access node says so to the operator; the tenant is told of its provider', async (t) => {
  const api = await startApiServer(t);
  const waiting = job(1, acme);
  api.world.records.jobs.set(waiting.jobId, waiting);
  api.world.records.instances.push(jobInstance(waiting, { phase: 'waiting for an access node', phaseSince: START }));
  const operator = await cliAgainst(api, PROVIDER)(['job', 'show', waiting.jobId, '--tenant', acme.hypervisorId]);
  assert.match(operator.out, /waiting for an access node for .*: no access node has taken the work yet/);
  assert.match(operator.out, /Execution +arn:aws:states/);
  assert.match(operator.out, new RegExp(`job watch ${waiting.jobId} --tenant ${acme.hypervisorId}`));
  const tenant = await cliAgainst(api)(['job', 'show', waiting.jobId]);
  assert.match(tenant.out, /waiting for capacity .*your provider has not taken the work up yet/);
  assert.doesNotMatch(tenant.out, /access node|arn:/);
});

test('a short outage does not end a watch', async (t) => {
  const api = await startApiServer(t);
  play(api, [{ phase: 'waiting' }, moving(1_024), { phase: 'done', counters: blocks(8_192) }], { state: 'completed' });
  api.interfere = (request) =>
    request.startsWith('GET /jobs/') && [3, 4].includes(api.seen.length)
      ? { status: 503, body: '{"message":"Service Unavailable"}' }
      : undefined;
  const { code, out, err } = await cliAgainst(api)(['backup', 'start', 'i-0123456789abcdef0', '--wait']);
  assert.equal(code, 0, err);
  assert.match(err, /answered 503.*Trying on\./);
  assert.match(out, /completed/);
});

test('a restore shows the new instance, its volumes and the tags that were left out', async (t) => {
  const api = await startApiServer(t);
  const own = point(1, acme);
  api.world.records.points.set(own.recoveryPointId, own);
  const result = {
    instanceId: 'i-0aaaaaaaaaaaaaaaa',
    volumes: [{ device: '/dev/xvda', volumeId: 'vol-0bbbbbbbbbbbbbbbb', sourceVolumeId: 'vol-0123456789abcdef0' }],
    volumeTagsLeftOut: 3,
    awsTagsLeftOut: 1,
  };
  play(api, [{ phase: 'waiting' }, { phase: 'done', counters: blocks(2_048), result }], { state: 'completed' });
  const { code, out, err } = await cliAgainst(api)([
    ...[
      'restore',
      'start',
      own.recoveryPointId,
      '--name',
      'shop-2',
      '--security-group',
      'sg-0123456789abcdef0',
      '--wait',
    ],
  ]);
  assert.equal(code, 0, err);
  assert.match(out, /New instance: i-0aaaaaaaaaaaaaaaa/);
  assert.match(out, /\/dev\/xvda +vol-0bbbbbbbbbbbbbbbb +vol-0123456789abcdef0/);
  assert.match(out, /3 volume tags left out; --volume-tags restore/);
  assert.match(out, /1 aws: tag left out/);
  const [started] = api.world.records.jobs.values();
  const request = started?.request as RestoreRequest | undefined;
  assert.equal(request?.recoveryPointId, own.recoveryPointId);
  assert.equal(request?.volumeTags, 'leave-out', 'O9: the default from the library');
  assert.deepEqual(request?.target, {
    kind: 'new-instance',
    name: 'shop-2',
    securityGroupIds: ['sg-0123456789abcdef0'],
  });
});

test('recovery points and jobs are listed for their tenant only', async (t) => {
  const api = await startApiServer(t);
  const own = point(1, acme);
  const ended = job(1, acme, { state: 'completed', startedAt: START, endedAt: START + 62_000 });
  api.world.records.points.set(own.recoveryPointId, own);
  api.world.records.jobs.set(ended.jobId, ended);
  const points = await cliAgainst(api)(['recovery-point', 'list', '--instance', own.instanceId]);
  assert.match(
    points.out,
    new RegExp(`${own.recoveryPointId} +${own.instanceId} +shop +2026-01-01 00:00 UTC +streaming +1 +8 GiB +1 GiB`),
  );
  const shown = await cliAgainst(api)(['recovery-point', 'show', own.recoveryPointId]);
  assert.match(shown.out, /vol-0123456789abcdef0 +\/dev\/xvda +8 GiB +1 GiB +full/);
  const jobs = await cliAgainst(api)(['job', 'list']);
  assert.match(jobs.out, new RegExp(`${ended.jobId} +backup +i-0123456789abcdef0 +completed .*1 min 02 s`));
  const bolt = cliAgainst(api, BOLT);
  assert.match((await bolt(['recovery-point', 'list'])).out, /There are no recovery points/);
  assert.match((await bolt(['job', 'list'])).out, /There are no jobs/);
  const foreign = await bolt(['job', 'show', ended.jobId]);
  assert.deepEqual([foreign.code, foreign.out], [3, '']);
  assert.match(foreign.err, /NotFound/);
});

test('--all reads page after page', async (t) => {
  const api = await startApiServer(t);
  for (let n = 1; n <= 230; n++) api.world.records.jobs.set(job(n, acme).jobId, job(n, acme, { state: 'completed' }));
  const holdfast = cliAgainst(api);
  assert.equal(JSON.parse((await holdfast(['job', 'list', '--all', '--json'])).out).items.length, 230);
  assert.equal(api.seen.length, 3);
  assert.match((await holdfast(['job', 'list', '--limit', '2'])).out, /There are more: .*--next \S+/);
});

test('a job is cancelled, and waited for', async (t) => {
  const api = await startApiServer(t);
  const running = job(1, acme);
  api.world.records.jobs.set(running.jobId, running);
  let looks = 0;
  api.onRequest = (_, request) => {
    const current = api.world.records.jobs.get(running.jobId);
    if (request === `GET /jobs/${running.jobId}` && current && ++looks === 2)
      api.world.records.jobs.set(running.jobId, { ...current, state: 'cancelled' });
  };
  const { code, out } = await cliAgainst(api)(['job', 'cancel', running.jobId, '--wait']);
  assert.equal(code, 0);
  assert.match(out, /Cancelling job-[\s\S]*cancelled/);
  assert.equal((await cliAgainst(api)(['job', 'cancel', running.jobId])).code, 0);
  assert.equal((await cliAgainst(api)(['job', 'watch', running.jobId])).code, 1);
  assert.equal(api.world.calls.started.length, 1);
  assert.equal(ACME, acme.accountId);
});
