import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../adapters/system.ts';
import type { ServiceHypervisor } from '../../core/domain/hypervisor.ts';
import type { WorkArea } from '../../core/ports/control.ts';
import { planToSnapshots } from '../../core/steps/transfer/plan-to-snapshots.ts';
import { A, aJob, anInstance, aPoint, aService, aTenant, aVolume, freshId } from '../adapters/records.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';

const INSTANCE = 'i-00000001';
const documents = new Map<string, unknown>();
const work: WorkArea = {
  bucket: 'work',
  getJson: async (key) => documents.get(key),
  putJson: async (key, value) => {
    documents.set(key, value);
  },
  copy: async () => false,
};

/** A restore after the tenant was bound to another service hypervisor than the one that took its backup. */
const restoreAfterRebind = async (library: ServiceHypervisor['mediaAgent']['library'], change = {}) => {
  const { catalog } = createInMemoryCatalog();
  const of = (name: string): ServiceHypervisor => {
    const service = aService(freshId('hv'), '999999999999');
    return { ...service, queues: { restores: `${name} restores`, work: `${name} work` } };
  };
  const then = of('former');
  const former = { ...then, mediaAgent: { ...then.mediaAgent, library }, ...change };
  const present = of('present');
  const tenant = { ...aTenant(A, '222222222222'), binding: { serviceId: present.hypervisorId, boundAt: 2 } };
  for (const each of [former, present, tenant]) await catalog.hypervisors.add(each);
  const point = {
    ...aPoint(A, INSTANCE, [aVolume(1, [1])]),
    state: 'available' as const,
    serviceId: former.hypervisorId,
  };
  await catalog.points.add(point);
  const job = { ...aJob(A), type: 'restore' as const, state: 'running' as const };
  await catalog.jobs.add(job);
  await catalog.jobs.addInstance(anInstance(job, INSTANCE));
  const { jobId } = job;
  const answer = await planToSnapshots(
    { catalog, work, clock: { now: () => 5 }, sha256, segmentBlocks: 8_192, heartbeatSeconds: 20 },
    {
      jobId,
      attempt: 1,
      tenantId: A,
      instanceId: INSTANCE,
      recoveryPointId: point.recoveryPointId,
      direction: 'to-snapshots',
      snapshotIds: ['snap-0123456789abcdef0'],
    },
  );
  const orders = await catalog.orders.ofAttempt(jobId, 1);
  return {
    queue: answer.done ? answer.transfer.queueUrl : undefined,
    libraries: new Set(orders.map(({ serviceId }) => serviceId)),
    former,
  };
};

test('after a rebind, what is in an S3 library is restored by the nodes that the tenant is bound to now', async () => {
  const { queue, libraries, former } = await restoreAfterRebind({ kind: 's3', bucket: 'b', prefix: '', region: 'r' });
  assert.equal(queue, 'present restores');
  assert.deepEqual(libraries, new Set([former.hypervisorId]), 'with a session for the library that it is in');
});

test('what is in a folder is restored by the nodes that have the folder, if the rules allow it', async () => {
  const folder = { kind: 'disk', path: '/srv/library' } as const;
  assert.equal((await restoreAfterRebind(folder)).queue, 'former restores');
  await assert.rejects(restoreAfterRebind(folder, { accessNodes: 'automatic' }), {
    name: 'RuleViolated',
    message: /^O6/,
  });
});
