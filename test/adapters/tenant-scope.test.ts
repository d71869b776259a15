import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { TenantAccess, TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import { freshId } from './records.ts';
import { launchInstance, startWorld, until, type World } from './world.ts';

describe("reach into tenants' accounts, with the deployment's own roles and the shipped permissions", () => {
  let world: World;
  let scopes: TenantScopes;
  const jobId = freshId('job');
  const tagsOf = (operation: string): Tags => ({
    Name: 'Holdfast',
    [TAG.job]: jobId,
    [TAG.attempt]: '1',
    [TAG.operation]: operation,
  });

  const open = (requestMs?: number): TenantScopes => {
    const settings = clientSettings('own', 'eu-central-1', world.as('CleanUpRole'));
    return createTenantScopes({
      sts: new STSClient(settings),
      secrets: new SecretsManagerClient(settings),
      hubRoleArn: world.arn('HubRole'),
      region: 'eu-central-1',
      ...(requestMs === undefined ? {} : { requestMs }),
    });
  };

  before(async () => {
    world = await startWorld();
    scopes = open();
  });
  after(() => world.stop());

  /** How long Describe does not show what is new, ms. */
  const describeLag = async (describeLagMs: number): Promise<void> => {
    const answer = await fetch(`${world.cloud.endpoint}/_local/ec2/settings`, {
      method: 'PUT',
      headers: { 'x-local-control': world.cloud.controlToken },
      body: JSON.stringify({ describeLagMs }),
    });
    assert.equal(answer.status, 200);
  };

  const scopeOf = (tenant: number, to: TenantAccess['to'] = 'protect'): Promise<TenantScope> =>
    scopes.open(world.tenants[tenant] as TenantHypervisor, jobId, { to });

  it('names the job in every trace that it leaves', async () => {
    await (await scopeOf(0)).instances.findByTag('x', 'y');
    const [record] = (await world.cloud.trail.records({ eventName: 'DescribeInstances' })).slice(-1);
    assert.match(JSON.stringify(record), new RegExp(`assumed-role/holdfast-tenant/${jobId}`));
  });

  it('adopts the set when the answer of its creation is lost', async () => {
    const id = await launchInstance(world.ec2(0), 'lost answer');
    const scope = await open(1_500).open(world.tenants[0], jobId, { to: 'protect' });
    await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    const operation = freshId('op');
    const fault = world.cloud.faults.add({
      service: 'ec2',
      operation: 'CreateSnapshots',
      kind: 'timeout-after',
      nth: 1,
    });
    const made = await scope.snapshots.createForInstance(id, [], tagsOf(operation));
    assert.equal(fault.fired, 1);
    fault.remove();
    assert.equal(made.length, 3);
    assert.equal((await scope.snapshots.findByTag(TAG.operation, operation)).length, 3);
  });

  it('keeps the earlier of two sets of one operation, and deletes the other', async () => {
    const id = await launchInstance(world.ec2(0), 'twice');
    const scope = await scopeOf(0);
    await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    const operation = freshId('op');
    await describeLag(60_000);
    const first = await scope.snapshots.createForInstance(id, [], tagsOf(operation));
    const second = await scope.snapshots.createForInstance(id, [], tagsOf(operation));
    await describeLag(0);
    assert.equal((await scope.snapshots.findByTag(TAG.operation, operation)).length, 6);
    const kept = await scope.snapshots.createForInstance(id, [], tagsOf(operation));
    assert.equal(kept.length, 3);
    const ids = (list: typeof kept) => list.map(({ snapshotId }) => snapshotId).toSorted();
    assert.deepEqual(ids(kept), ids(first));
    assert.notDeepEqual(ids(kept), ids(second));
    const left = await scope.snapshots.findByTag(TAG.operation, operation);
    assert.deepEqual(ids(left), ids(first));
  });

  it('says AccountAtLimit when it is throttled, TransientFailure when AWS fails, and does nothing twice', async () => {
    const scope = await scopeOf(0);
    for (const kind of ['throttle', 'error-500', 'error-503', 'reset'] as const) {
      const fault = world.cloud.faults.add({ service: 'ec2', operation: 'DescribeSnapshots', kind });
      await assert.rejects(scope.snapshots.findByTag('a', 'b'), {
        name: kind === 'throttle' ? 'AccountAtLimit' : 'TransientFailure',
      });
      assert.equal(fault.fired, 1, `${kind}: one layer retries, and it is not this one`);
      fault.remove();
    }
  });
});
