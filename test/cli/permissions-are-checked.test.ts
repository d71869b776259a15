import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDER } from '../api/world-records.ts';
import { startContractServer } from './contract-server.ts';
import { cliAgainst } from './run-cli.ts';
import { permissions } from './sample-hypervisors.ts';
import { SERVICE, TENANT } from './sample-ids.ts';

test('a tenant is checked for the features that are named, and what was tried live is told', async (t) => {
  const api = await startContractServer(t);
  const { code, out } = await cliAgainst(
    api,
    PROVIDER,
  )([...['permissions', 'check', TENANT, '--feature', 'streaming,restore']]);
  assert.equal(code, 1);
  assert.deepEqual(
    api.seen.map(({ name, query }) => [name, query]),
    [['tenant checkPermissions', { features: 'streaming,restore' }]],
  );
  assert.match(out, /Live probe: KMS has nothing to be tried on\. No job has left an encrypted snapshot yet\./);
  assert.match(out, /ec2:CreateSnapshots +backups +yes +simulator, dry run/);
});

test('of a service hypervisor the role that lacks something is named, and what is not there', async (t) => {
  const api = await startContractServer(t);
  api.answers.set('operator checkServicePermissions', {
    ...permissions,
    checked: permissions.checked.map((one) => ({ ...one, role: 'holdfast-dev-broker' })),
    missing: permissions.missing.map((one) => ({ ...one, role: 'holdfast-dev-broker' })),
    probes: [{ what: 'queue of restores', outcome: 'refused', detail: 'It is gone.' }],
  });
  const { code, out } = await cliAgainst(api, PROVIDER)(['permissions', 'check', SERVICE, '--service']);
  assert.equal(code, 1);
  assert.match(out, /Live probe: queue of restores is refused\. It is gone\./);
  assert.match(out, /Missing: ec2:RunInstances\./);
  assert.match(out, /Add this statement to the policy of holdfast-dev-broker:/);
});

test('all there: it says so, and ends well', async (t) => {
  const api = await startContractServer(t);
  api.answers.set('tenant checkPermissions', { ...permissions, complete: true, missing: [] });
  const { code, out } = await cliAgainst(api, PROVIDER)(['permissions', 'check', TENANT]);
  assert.equal(code, 0);
  assert.match(out, /All 2 permissions are there/);
});

test('a service hypervisor’s permissions are not divided by feature', async (t) => {
  const api = await startContractServer(t);
  const { code, err } = await cliAgainst(
    api,
    PROVIDER,
  )([...['permissions', 'check', SERVICE, '--service', '--feature', 'streaming']]);
  assert.deepEqual([code, api.seen], [2, []]);
  assert.match(err, /--feature/);
});
