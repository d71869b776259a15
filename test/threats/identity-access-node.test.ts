/**
 * Threat: an access node is taken over. What it has by itself, and what an order gave it, is tried against everything of
 * the other service hypervisor, of the control plane and of the other tenant, in AWS and at the broker.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListSnapshotBlocksCommand } from '@aws-sdk/client-ebs';
import { ClaimResponse, noCounters } from '../../core/contracts/orders.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { freshId } from '../adapters/records.ts';
import { REGION } from '../adapters/world.ts';
import {
  type Calls,
  onAccount,
  onControlPlane,
  onFunction,
  onInstance,
  onKey,
  onObjects,
  onQueue,
  onRoles,
  onSnapshot,
  onTable,
  seal,
  tryAll,
} from './denied-calls.ts';
import { openTwo, STAGE } from './two-services.ts';

test('threat: an access node that was taken over reaches nothing but its own orders', async (t) => {
  const { world, catalog, broker, clients, root, ask, one, two, acme, globex } = await openTwo(t);
  const role = (name: string): string => `arn:aws:iam::${SERVICE_ACCOUNT}:role/holdfast-${STAGE}-${name}`;
  const library = (tenant: { readonly hypervisorId: string }) => `tenants/${tenant.hypervisorId}`;
  const buckets = { work: world.ref('WorkBucket'), library: world.ref('LibraryBucket') };
  const keyArn = world.arn('LibraryKey');
  const sealed = (tenant: typeof acme, { mediaAgent }: typeof one) =>
    seal(root(SERVICE_ACCOUNT), keyArn, { tenant: tenant.hypervisorId, library: mediaAgent.libraryId });
  const [sealedOfAcme, sealedOfGlobex] = [await sealed(acme, one), await sealed(globex, two)];
  const externalIds = [acme, globex].map(({ auth }) => (auth.method === 'assume-role' ? auth.externalId : ''));
  const claimOf = ({ message }: typeof acme) => ({ operation: 'claimOrder', nodeId: 'node-00000001', ...message });

  await t.test('its own profile: nothing of the other service hypervisor, the control plane or a tenant', async (t) => {
    const { node } = two;
    const calls: Calls = {
      ...onQueue(node, one.queues.restores),
      ...onQueue(node, one.queues.work),
      ...onQueue(node, two.queues.work, 'own'),
      ...onFunction(node, broker),
      ...onFunction(node, `${broker}:$LATEST`),
      ...onFunction(node, one.name),
      ...onTable(node, `holdfast-${STAGE}`),
      ...onObjects(node, buckets.work, `work/${acme.job.jobId}`),
      ...onObjects(node, buckets.library, library(acme)),
      ...onObjects(node, buckets.library, library(globex)),
      ...onKey(node, keyArn, sealedOfAcme),
      ...onKey(node, keyArn, sealedOfGlobex),
      ...onRoles(
        node,
        [
          ...[
            'hub',
            'step-clean-up',
            'states-backup',
            'broker',
            'work',
            'library',
            'library-maintenance',
            'operator',
            'operator-api',
          ].map(role),
          ...[one.roleArn, two.roleArn, acme.roleArn, globex.roleArn],
        ],
        [...externalIds, one.hypervisorId],
      ),
      ...onAccount(node),
      ...onControlPlane(node, {
        stateMachineArn: `arn:aws:states:${REGION}:${SERVICE_ACCOUNT}:stateMachine:holdfast-${STAGE}-backup`,
        executionArn: `arn:aws:states:${REGION}:${SERVICE_ACCOUNT}:execution:holdfast-${STAGE}-backup:${acme.job.jobId}-1`,
        secretId: `holdfast-${STAGE}-${acme.hypervisorId}`,
      }),
    };
    const elsewhere = {
      ...onSnapshot(node, acme.snapshotId),
      ...onInstance(node, acme.instanceId),
      ...onSnapshot(node, globex.snapshotId),
      ...onInstance(node, globex.instanceId),
    };
    const { tried, open } = await tryAll(calls, elsewhere);
    assert.deepEqual(open, []);
    assert.ok(tried >= 100, `${tried}`);
    t.diagnostic(`${tried} calls with the profile of a node: ${open.length} allowed`);
  });

  await t.test(
    'the broker: it cannot speak for another service hypervisor, or take its orders, token or not',
    async (t) => {
      const description = { name: 'a node', origin: 'manual', os: 'linux', osVersion: '6', version: '1', slots: 4 };
      const theirs = { nodeId: 'node-00000001', serviceId: one.hypervisorId };
      assert.equal(
        (await ask(one.node, one.name, { operation: 'registerNode', ...theirs, description })).error,
        undefined,
      );
      const before = await catalog.nodes.list(one.hypervisorId);
      assert.equal(before.length, 1);
      let tried = 0;
      for (const request of [
        { operation: 'registerNode', ...theirs, description: { ...description, name: 'another' } },
        { operation: 'registerNode', nodeId: 'node-00000009', serviceId: one.hypervisorId, description },
        { operation: 'heartbeatNode', ...theirs, held: 4 },
        { operation: 'leaveNode', ...theirs },
      ]) {
        assert.equal((await ask(two.node, two.name, request)).error, 'NotAllowed', request.operation);
        tried += 1;
      }
      assert.deepEqual(await catalog.nodes.list(one.hypervisorId), before, 'the other’s nodes are as they were');

      // Even with the token out of the other's queue, another's order looks as if it were not there.
      const order = await catalog.orders.get(acme.message.orderId);
      for (const request of [
        {},
        { operation: 'completeOrder', claim: 1, counters: noCounters, resultKey: 'work/x' },
        { operation: 'releaseOrder', claim: 1, counters: noCounters },
        { operation: 'heartbeatOrder', claim: 1, counters: noCounters, blockRate: 0, wantCredentials: true },
        { operation: 'raiseFences', claim: 1, before: 1, generation: 1 },
      ]) {
        const asked = { ...claimOf(acme), ...request };
        const answer = await ask(two.node, two.name, asked);
        assert.deepEqual(answer.body.outcome, asked.operation === 'claimOrder' ? 'gone' : undefined);
        assert.deepEqual(await ask(two.node, two.name, { ...asked, orderId: freshId('ord') }), answer, asked.operation);
        tried += 1;
      }
      assert.deepEqual(await catalog.orders.get(acme.message.orderId), order, 'and is as it was');
      await assert.rejects(ask(two.node, one.name, claimOf(acme)), { name: 'AccessDeniedException' });
      await assert.rejects(ask(two.node, broker, claimOf(acme)), { name: 'AccessDeniedException' });
      // Whoever may call the function by its plain name is no node.
      assert.equal((await ask(root(SERVICE_ACCOUNT), broker, claimOf(acme))).error, 'NotAllowed');
      t.diagnostic(`${tried + 3} requests at the broker for another service hypervisor: 0 taken`);
    },
  );

  await t.test(
    'an order’s credentials: nothing of the other tenant, nothing beyond the order, no deletion',
    async (t) => {
      const [claimed, other] = [
        ClaimResponse.parse((await ask(one.node, one.name, claimOf(acme))).body),
        ClaimResponse.parse((await ask(two.node, two.name, claimOf(globex))).body),
      ];
      assert.ok(claimed.outcome === 'yours' && other.outcome === 'yours', JSON.stringify([claimed, other]));
      const { tenant, library: inLibrary, workArea } = claimed.credentials;
      assert.ok(tenant && inLibrary);
      const roleArns = [role('hub'), role('library'), role('library-maintenance'), acme.roleArn, globex.roleArn];
      let tried = 0;
      for (const [what, keys] of Object.entries({ tenant, library: inLibrary, workArea })) {
        const as = clients(keys);
        const onlyRemoval = (is: string) => (what === is ? ('delete' as const) : undefined);
        const calls: Calls = {
          ...onObjects(as, buckets.library, library(globex)),
          ...onObjects(as, buckets.work, `work/${globex.job.jobId}/1`),
          ...onObjects(as, buckets.work, `work/${acme.job.jobId}/2`),
          ...onKey(as, keyArn, sealedOfGlobex),
          ...onObjects(as, buckets.library, library(acme), onlyRemoval('library')),
          ...onObjects(as, buckets.work, `work/${acme.job.jobId}/1`, onlyRemoval('workArea')),
          ...(what === 'library' ? {} : onKey(as, keyArn, sealedOfAcme)),
          ...onAccount(as),
          ...onTable(as, `holdfast-${STAGE}`),
          ...onFunction(as, one.name),
          ...onQueue(as, one.queues.work),
          ...onRoles(as, roleArns, externalIds),
          ...(what === 'tenant'
            ? { ...onSnapshot(as, acme.snapshotId, 'delete'), ...onInstance(as, acme.instanceId) }
            : {}),
        };
        const elsewhere: Calls = {
          ...onSnapshot(as, globex.snapshotId),
          ...onInstance(as, globex.instanceId),
          ...(what === 'tenant' ? {} : { ...onSnapshot(as, acme.snapshotId), ...onInstance(as, acme.instanceId) }),
        };
        const result = await tryAll(calls, elsewhere);
        assert.deepEqual(result.open, [], what);
        tried += result.tried;
      }
      // What it is for, it may: what was refused was not refused to everybody.
      await clients(tenant).ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: acme.snapshotId }));
      assert.ok(tried >= 200, `${tried}`);
      t.diagnostic(`${tried} calls with an order’s credentials beyond the order: 0 allowed`);
    },
  );
});
