import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256, systemClock, uuidv7Ids } from '../../adapters/system.ts';
import { StartRestore } from '../../core/contracts/job-requests.ts';
import type { RestoreRequest } from '../../core/domain/job.ts';
import type { Audience } from '../../core/domain/problems.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { createPreviewRestore } from '../../core/steps/api/preview-restore.ts';
import { createStartRestore } from '../../core/steps/api/start-restore.ts';
import { createOpenRestore } from '../../core/steps/restore/open-restore.ts';
import { A, aPoint, B } from '../adapters/records.ts';
import { fakeScopes } from './fake-tenant/scopes.ts';
import { type Asked, INSTANCE, OTHER, openRestoreWorld } from './restore-world.ts';

const OPERATOR: Audience = { kind: 'operator' };
const TENANT: Audience = { kind: 'tenant', accountId: '222222222222', hypervisorId: A };
const inPlace = { kind: 'in-place', overwrite: true } as const;

const open = async (asked: Partial<Asked> = {}) => {
  const world = await openRestoreWorld({ target: { kind: 'new-instance' }, ...asked });
  const { catalog, account, point } = world;
  const tenant = await catalog.hypervisors.get(A);
  assert.ok(tenant?.kind === 'tenant');
  const started: string[] = [];
  const executions = {
    ...world.deps.executions,
    start: async (machine: string, name: string) => {
      started.push(`${machine} ${name}`);
      return { outcome: 'started' as const, executionArn: 'arn' };
    },
  };
  const preview = createPreviewRestore({ catalog, scopes: fakeScopes(account) });
  const start = createStartRestore({
    catalog,
    scopes: fakeScopes(account),
    executions,
    clock: systemClock,
    ids: uuidv7Ids,
    sha256,
  });
  const body = (more: object) => StartRestore.parse({ recoveryPointId: point.recoveryPointId, ...more });
  return {
    ...world,
    started,
    preview: (more: object = {}, audience: Audience = OPERATOR) => preview(tenant, audience, body(more)),
    start: (more: object = {}) => start(tenant, { requestedBy: 'arn' }, body(more)),
    jobs: async () => (await catalog.jobs.list(A, { limit: 100 })).items.length,
  };
};

test('a preview shows what a restore would do, and does nothing', async () => {
  const world = await open();
  const before = world.account.picture();
  const seen = await world.preview({ target: inPlace });
  assert.equal(seen.allowed, true);
  assert.deepEqual(
    seen.rules.map(({ rule }) => rule),
    ['O6', 'O7', 'O8', 'available', 'O9', 'instance'],
  );
  assert.deepEqual([seen.from, seen.creates.length, seen.volumeTagsLeftOut, seen.awsTagsLeftOut], ['library', 2, 3, 1]);
  const ofDevices = seen.replaces.filter((line) => line.startsWith('/dev/'));
  assert.deepEqual(
    ofDevices.map((line) => line.replace(/vol-\d+/, 'vol-…')),
    ['/dev/xvda: vol-… is replaced by a new volume of 8 GiB.', '/dev/sdf: vol-… is replaced by a new volume of 4 GiB.'],
    'one line a device',
  );
  assert.deepEqual(world.account.picture(), before);
  assert.deepEqual([world.started, await world.jobs()], [[], 1]);
});

test('what a job would fail with, a preview refuses', async () => {
  const world = await open({ platform: 'Windows' });
  const target = { kind: 'attach', instanceId: OTHER, volumeIds: ['vol-00000001'] } as const;
  const refusals = async (more: object): Promise<string[]> => {
    const seen = await world.preview(more);
    const refused = seen.rules.filter(({ outcome }) => outcome !== 'allowed');
    assert.equal(seen.allowed, refused.length === 0);
    return refused.map(({ rule, reason }) => `${rule}: ${reason}`);
  };
  assert.deepEqual(await refusals({ target }), []);
  assert.deepEqual(await refusals({ target: { ...target, devices: { 'vol-00000001': '/dev/sdf' } } }), [
    'device: the device /dev/sdf of i-0000000b has a volume already',
  ]);
  assert.match(
    (await refusals({ target: { ...target, instanceId: 'i-000000ff' } }))[0] ?? '',
    /^instance: There is no/,
  );
  assert.deepEqual(await refusals({}), []);
  world.account.donors.length = 0;
  assert.match((await refusals({}))[0] ?? '', /^licence: there is no image of Windows/);
  assert.match(
    (await refusals({ purpose: 'replication', transport: 'hotadd', target }))[0] ?? '',
    /^O7: .*111111111111/,
  );
  assert.match((await refusals({ purpose: 'conversion', target }))[0] ?? '', /^available: .*not built yet/);
});

test('a tenant’s preview names nothing of the service side', async () => {
  const world = await open();
  const seen = await world.preview({ purpose: 'conversion', transport: 'hotadd' }, TENANT);
  assert.equal(seen.allowed, false);
  assert.doesNotMatch(JSON.stringify(seen), /111111111111|hotadd|access node|hv-/);
});

test('a restore is started with its place and its volume tags decided; another tenant’s point looks absent', async () => {
  const world = await open({ kind: 'snapshot' });
  const { catalog, point } = world;
  const copy: RecoveryPoint = {
    ...point,
    ...{ recoveryPointId: aPoint(A, INSTANCE, []).recoveryPointId, kind: 'backup-copy', copyOf: point.recoveryPointId },
  };
  await catalog.points.add(copy);
  await catalog.points.update(A, point.recoveryPointId, { copiedTo: copy.recoveryPointId });
  const requestOf = async (more: object): Promise<RestoreRequest> => {
    const { jobId } = await world.start(more);
    return (await catalog.jobs.get(A, jobId))?.request as RestoreRequest;
  };
  const nearest = await requestOf({});
  assert.deepEqual([nearest.recoveryPointId, nearest.volumeTags], [point.recoveryPointId, 'restore']);
  const library = await requestOf({ from: 'library' });
  assert.deepEqual([library.recoveryPointId, library.volumeTags], [copy.recoveryPointId, 'leave-out']);
  assert.deepEqual((await requestOf({ from: 'library', volumeTags: 'restore' })).volumeTags, 'restore');
  await catalog.points.update(A, point.recoveryPointId, { state: 'expired' });
  assert.equal(
    (await requestOf({})).recoveryPointId,
    copy.recoveryPointId,
    'the other place, once the snapshot is gone',
  );
  await assert.rejects(world.start({ from: 'snapshot' }), { name: 'RecoveryPointUnavailable', field: 'from' });

  const jobs = await world.jobs();
  const others = { ...aPoint(B, INSTANCE, []), state: 'available' as const };
  await catalog.points.add(others);
  await assert.rejects(world.start({ recoveryPointId: others.recoveryPointId }), { name: 'NotFound' });
  await assert.rejects(world.start({ recoveryPointId: 'rp-99999999' }), { name: 'NotFound' });
  await assert.rejects(world.start({ purpose: 'replication', transport: 'hotadd' }), { name: 'RuleViolated' });
  await assert.rejects(world.start({ purpose: 'replication' }), { name: 'NotAvailable' });
  assert.equal(await world.jobs(), jobs, 'nothing was started');
});

/** A snapshot point with its copy in the library. */
const openCopied = async () => {
  const world = await open({ kind: 'snapshot' });
  const { catalog, point } = world;
  const { recoveryPointId } = aPoint(A, INSTANCE, []);
  const copy = { ...point, recoveryPointId, kind: 'backup-copy' as const, copyOf: point.recoveryPointId };
  await catalog.points.add(copy);
  await catalog.points.update(A, point.recoveryPointId, { copiedTo: recoveryPointId });
  const [gone = '', left = ''] = point.volumes.map(({ snapshotId }) => snapshotId);
  return { ...world, copy, gone, left };
};

test('the tenant deleted a snapshot by itself: the restore is started from the library, and says so', async () => {
  const { account, catalog, copy, gone, left, ...world } = await openCopied();
  account.snapshots.delete(gone);
  const seen = await world.preview({}, TENANT);
  assert.deepEqual([seen.allowed, seen.from, seen.recoveryPointId], [true, 'library', copy.recoveryPointId]);
  assert.match(seen.fromReason ?? '', new RegExp(`${gone} is not in the account any more.*${copy.recoveryPointId}`));
  assert.doesNotMatch(seen.fromReason ?? '', new RegExp(left));
  const { jobId } = await world.start();
  const request = (await catalog.jobs.get(A, jobId))?.request as RestoreRequest;
  assert.deepEqual(
    [request.recoveryPointId, request.volumeTags, request.fromReason, request.asked],
    [copy.recoveryPointId, 'leave-out', seen.fromReason, { from: 'nearest' }],
  );
  // what is asked for needs only the one that is there
  const kept = { target: { kind: 'volumes', volumeIds: [world.point.volumes[1]?.volumeId] } };
  assert.equal((await world.preview(kept)).from, 'snapshot');
});

test('the tenant deleted a snapshot, and only snapshots were asked for, or there is no copy: refused by its name', async () => {
  const { account, catalog, copy, gone, ...world } = await openCopied();
  account.snapshots.delete(gone);
  const jobs = await world.jobs();
  const refused = { name: 'RecoveryPointUnavailable', message: new RegExp(gone) };
  for (const act of [world.preview, world.start]) await assert.rejects(act({ from: 'snapshot' }), refused);
  await catalog.points.update(A, copy.recoveryPointId, { state: 'expired' });
  for (const act of [world.preview, world.start]) await assert.rejects(act(), refused);
  assert.equal(await world.jobs(), jobs, 'nothing was started');
});

test('snapshots that go between the request and the first state: the job goes on from the library', async () => {
  const { account, catalog, copy, gone, ...world } = await openCopied();
  const { jobId } = await world.start();
  account.snapshots.delete(gone);
  const scopes = fakeScopes(account);
  const openRestore = createOpenRestore({ catalog, scopes, clock: systemClock });
  const input = { jobId, attempt: 1, tenantId: A, tenantName: 'a', trigger: 'api', requestedBy: 'arn' } as const;
  const opened = await openRestore(input);
  assert.deepEqual([opened.place, opened.restore.recoveryPointId], ['library', copy.recoveryPointId]);
  const request = (await catalog.jobs.get(A, jobId))?.request as RestoreRequest;
  assert.deepEqual([request.recoveryPointId, request.volumeTags], [copy.recoveryPointId, 'leave-out']);
  assert.match(request.fromReason ?? '', new RegExp(gone));
  assert.deepEqual(await openRestore(input), opened, 'run again, it is the same');

  account.snapshots.set(gone, { tags: {} });
  const strict = await world.start({ from: 'snapshot' });
  account.snapshots.delete(gone);
  await assert.rejects(openRestore({ ...input, jobId: strict.jobId }), {
    name: 'RecoveryPointUnavailable',
    message: new RegExp(gone),
  });
});
