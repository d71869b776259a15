import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../adapters/system.ts';
import type { AuditEntry } from '../../core/contracts/audit.ts';
import { createChainCheck } from '../../core/domain/audit-chain.ts';
import { createRepeatedReads } from '../../core/domain/repeated-reads.ts';
import { callAs } from '../api/call-as.ts';
import { createWorld, type World } from '../api/world.ts';
import { ACME, acme, BOLT, bolt, job, PROVIDER } from '../api/world-records.ts';

const MINUTE = 60_000;
const ofTenant = (path: string, of = acme): string => `/operator/tenants/${of.hypervisorId}${path}`;
const last = (world: World): AuditEntry => world.auditing.written().at(-1) as AuditEntry;

const worldWithJob = () => {
  const world = createWorld();
  const open = job(1, acme, { state: 'running' });
  world.records.jobs.set(open.jobId, open);
  return { world, path: ofTenant(`/jobs/${open.jobId}`), jobId: open.jobId };
};

test('an open page of a job writes one entry in a quarter of an hour, and the next says how many it stands for', async () => {
  const { world, path, jobId } = worldWithJob();
  const operator = callAs(world, PROVIDER);
  for (let asked = 0; asked < 1_800; asked += 1) {
    assert.equal((await operator('GET', path)).status, 200);
    world.advance(2_000);
  }
  const written = world.auditing.written();
  assert.deepEqual(
    written.map(({ leftOut }) => leftOut),
    [undefined, 449, 449, 449],
  );
  assert.deepEqual(
    written.map(({ at }) => at.slice(11, 19)),
    ['00:00:00', '00:15:00', '00:30:00', '00:45:00'],
  );
  assert.ok(written.every(({ what }) => what.subjects.includes(jobId) && what.tenantId === acme.hypervisorId));
  const check = createChainCheck(sha256, [], { fromTheStart: true });
  for (const entry of written) assert.equal(check.add(JSON.parse(JSON.stringify(entry))), undefined);
});

test('another thing, another tenant, another principal or another address is another read', async () => {
  const { world, path } = worldWithJob();
  const second = job(2, acme);
  world.records.jobs.set(second.jobId, second);
  const as = (name: string, sourceIp: string, path: string) =>
    world.operatorApi({
      httpMethod: 'GET',
      path,
      requestContext: {
        requestId: 'one',
        identity: { accountId: PROVIDER, userArn: `arn:aws:iam::${PROVIDER}:user/${name}`, sourceIp, userAgent: 'x' },
      },
    });
  const reads: [string, string, string][] = [
    ['eve', '192.0.2.1', path],
    ['sam', '192.0.2.1', path],
    ['eve', '192.0.2.2', path],
    ['eve', '192.0.2.1', ofTenant(`/jobs/${second.jobId}`)],
    ['eve', '192.0.2.1', ofTenant('/jobs')],
    ['eve', '192.0.2.1', ofTenant('/jobs', bolt)],
    ['eve', '192.0.2.1', ofTenant('/plans')],
  ];
  for (let round = 0; round < 3; round += 1)
    for (const [name, address, asked] of reads) assert.equal((await as(name, address, asked)).statusCode, 200, asked);
  assert.equal(world.auditing.written().length, reads.length);
});

test('refusals, and what changes something, are written each', async () => {
  const { world } = worldWithJob();
  const operator = callAs(world, PROVIDER);
  const before = (): number => world.auditing.written().length;
  for (let n = 0; n < 5; n += 1) assert.equal((await operator('GET', ofTenant('/jobs/ours'))).status, 400);
  assert.equal(before(), 5);
  const body = { name: 'nightly' };
  for (let n = 0; n < 5; n += 1) assert.equal((await operator('POST', ofTenant('/plans'), { body })).status, 201);
  assert.equal(before(), 10);
  assert.ok(world.auditing.written().every(({ leftOut }) => leftOut === undefined));
  for (const account of [ACME, BOLT]) await callAs(world, account)('GET', '/plans');
  assert.equal(before(), 10, 'tenants’ own reads are none of it');
});

test('a read that could not be written is not remembered as written', async () => {
  const { world, path } = worldWithJob();
  const operator = callAs(world, PROVIDER);
  world.auditing.trouble.error = new Error('the table is gone');
  for (let n = 0; n < 2; n += 1) assert.equal((await operator('GET', path)).status, 200);
  assert.deepEqual([world.auditing.written().length, world.auditing.reported.length], [0, 2]);
  delete world.auditing.trouble.error;
  await operator('GET', path);
  await operator('GET', path);
  assert.equal(world.auditing.written().length, 1);
  assert.equal(last(world).leftOut, undefined);
});

test('what is remembered is bounded: the read that nobody asked for longest is forgotten', () => {
  const reads = createRepeatedReads();
  assert.deepEqual(reads.admit('polled', 0), { leftOut: 0 });
  for (let n = 0; n < 10_000; n += 1) {
    assert.deepEqual(reads.admit(`read ${n}`, n), { leftOut: 0 });
    assert.equal(reads.admit('polled', n), undefined);
  }
  assert.equal(reads.admit('read 9999', 10_000), undefined);
  assert.deepEqual(reads.admit('read 0', 10_000), { leftOut: 0 }, 'so it is written once more');
  assert.deepEqual(reads.admit('polled', 15 * MINUTE), { leftOut: 10_000 });
});
