import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect } from '../../core/domain/effect.ts';
import type { Hypervisor, ServiceHypervisor } from '../../core/domain/hypervisor.ts';
import { anEffect } from '../adapters/records.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, bolt, job, PROVIDER, point, START, service } from './world-records.ts';

const INSTANCES = { body: { instanceIds: ['i-0123456789abcdef0'] } };

const openWorld = () => {
  const world = createWorld();
  const operator = callAs(world, PROVIDER);
  return {
    world,
    operator,
    own: callAs(world, ACME),
    remove: (id: string) => operator('DELETE', `/operator/hypervisors/${id}`),
    stored: <T extends Hypervisor>(id: string) => world.records.hypervisors.get(id) as T,
  };
};

test('a tenant stays while its account holds what a job has left there; the job is named', async () => {
  const { world, remove, stored } = openWorld();
  const ended = job(1, acme, { state: 'failed', endedAt: START });
  world.records.jobs.set(ended.jobId, ended);
  assert.match((await remove(acme.hypervisorId)).body.detail, new RegExp(`${ended.jobId}.*just being cleaned up`));

  world.deps.executions.status = async () => 'FAILED';
  const effect: Effect = { ...anEffect(ended), kind: 'volume', state: 'made', resourceIds: ['vol-1'] };
  await world.deps.catalog.effects.intend(effect);
  assert.match((await remove(acme.hypervisorId)).body.detail, new RegExp(`${ended.jobId}.*left things.*volume`));
  assert.equal('removing' in stored(acme.hypervisorId), false, 'a refused removal leaves it open');

  await world.deps.catalog.effects.update(effect, { state: 'undone' });
  assert.equal((await remove(acme.hypervisorId)).status, 200);
});

test('a tenant stays while snapshots of expired recovery points are in its account', async () => {
  const { world, remove } = openWorld();
  const expired = point(1, acme, { kind: 'snapshot', state: 'expired' });
  world.records.points.set(expired.recoveryPointId, expired);
  assert.match((await remove(acme.hypervisorId)).body.detail, new RegExp(`expired.*${expired.recoveryPointId}`));
  world.records.points.set(expired.recoveryPointId, { ...expired, dataRemovedAt: START });
  assert.equal((await remove(acme.hypervisorId)).status, 200);
});

test('what is asked for while its tenant is being removed is refused, whoever asks; another tenant’s is not', async () => {
  const { world, operator, own } = openWorld();
  const { catalog } = world.deps;
  await catalog.hypervisors.setRemoving(acme.hypervisorId, true);
  assert.equal((await own('POST', '/backups', INSTANCES)).status, 403);
  const asked = await operator('POST', `/operator/tenants/${acme.hypervisorId}/backups`, INSTANCES);
  assert.equal(asked.body.code, 'Conflict', JSON.stringify(asked.body));
  assert.deepEqual(world.calls.started, []);
  assert.ok([...world.records.jobs.values()].every(({ state }) => state === 'failed'));
  assert.equal((await operator('POST', `/operator/tenants/${bolt.hypervisorId}/backups`, INSTANCES)).status, 202);
});

test('a service hypervisor that is being removed is not opened again by a look at it, and nobody is bound to it', async () => {
  const { world, operator, stored } = openWorld();
  const other: ServiceHypervisor = { ...service, hypervisorId: `${service.hypervisorId.slice(0, -1)}1` };
  world.records.hypervisors.set(other.hypervisorId, { ...other, state: 'removing' });
  const at = `/operator/hypervisors/${other.hypervisorId}`;
  assert.match((await operator('POST', `${at}/check`)).body.detail, /is being removed/);
  const bound = await operator('PUT', `/operator/hypervisors/${acme.hypervisorId}/binding`, {
    body: { serviceHypervisorId: other.hypervisorId },
  });
  assert.match(bound.body.detail, /is being removed/);
  assert.equal(stored<ServiceHypervisor>(other.hypervisorId).state, 'removing');
});

test('a removal that begins while it is looked at wins', async () => {
  const { world, operator, stored } = openWorld();
  world.records.hypervisors.set(service.hypervisorId, service);
  const { hypervisors } = world.deps.catalog;
  const write = hypervisors.updateService;
  world.deps.catalog.hypervisors.updateService = async (id, change, from) => {
    await write(id, { state: 'removing' });
    return write(id, change, from);
  };
  const looked = await operator('POST', `/operator/hypervisors/${service.hypervisorId}/check`);
  assert.deepEqual([looked.body.code, stored<ServiceHypervisor>(service.hypervisorId).state], ['Conflict', 'removing']);
});
