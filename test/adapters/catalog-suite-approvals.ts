import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Approval } from '../../core/domain/approval.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { racers, walk } from './racers.ts';
import { aService, aTenant, freshId } from './records.ts';

const A = freshId('hv');
const B = freshId('hv');

const approvalOf = (tenantId: string, change: Partial<Approval> = {}): Approval => ({
  approvalId: freshId('apr'),
  tenantId,
  operation: 'unbind',
  subject: tenantId,
  what: ['Unbind it.'],
  askedBy: 'operator',
  requestedBy: 'arn:aws:iam::999999999999:user/eve',
  requestedAt: 1_000,
  expiresAt: 2_000,
  request: '{"b":1,"a":{"z":2,"y":3}}',
  requestHash: 'f'.repeat(64),
  basisHash: 'e'.repeat(64),
  state: 'waiting',
  revision: 1,
  ...change,
});

export const approvalsSuite = (open: () => Catalog): void => {
  describe('approvals', () => {
    it('are kept by tenant and for all, newest first, with the request to the letter', async () => {
      const { approvals } = open();
      const [old, young, others] = [
        approvalOf(A),
        approvalOf(A, { requestedAt: 3_000 }),
        approvalOf(B, { requestedAt: 2_000 }),
      ];
      for (const each of [old, young, others]) assert.equal(await approvals.add(each), true);
      assert.equal(await approvals.add({ ...old, what: ['Something else.'] }), false);
      assert.deepEqual(await approvals.get(old.approvalId), old);
      assert.deepEqual(await approvals.get(old.approvalId, A), old);
      assert.equal(await approvals.get(old.approvalId, B), undefined);
      assert.equal(await approvals.get(freshId('apr')), undefined);
      const ofA = (await walk(1, (page) => approvals.list(A, page))).flat();
      assert.deepEqual(ofA, [young, old]);
      const all = (await walk(2, (page) => approvals.list(undefined, page))).flat();
      const mine = all.filter(({ tenantId }) => tenantId === A || tenantId === B);
      assert.deepEqual(mine, [young, others, old]);
    });

    it('are changed as they were read, or not at all: of many at once one wins', async () => {
      const { approvals } = open();
      const seen = approvalOf(A);
      await approvals.add(seen);
      const won = await racers(20, (racer) =>
        approvals.update(seen, { state: 'approved', decidedBy: `racer ${racer}`, tries: 1 }),
      );
      const [winner, ...others] = won.filter((each) => each !== undefined);
      assert.ok(winner && others.length === 0);
      assert.equal(winner.revision, 2);
      assert.deepEqual(await approvals.get(seen.approvalId), winner);
      assert.equal(await approvals.update(seen, { state: 'rejected' }), undefined);
      const { tries: _, ...rest } = winner;
      const error = { name: 'Conflict', message: 'changed', tenantMessage: 'changed' };
      const change = { state: 'failed', tries: undefined, endedAt: 5, error } as const;
      const ended = await approvals.update(winner, change);
      assert.deepEqual(ended, { ...rest, state: 'failed', endedAt: 5, error, revision: 3 });
      assert.equal(await approvals.update(approvalOf(A), { state: 'done' }), undefined, 'one that is not there');
    });
  });

  describe('two-person approval of a tenant hypervisor', () => {
    it('is switched on and off, of tenants only', async () => {
      const { hypervisors } = open();
      const tenant = aTenant(freshId('hv'), '320000000041');
      const service = aService(freshId('hv'), '320000000042');
      for (const each of [tenant, service]) await hypervisors.add(each);
      assert.equal(await hypervisors.setApprovals(tenant.hypervisorId, 'two-person'), true);
      assert.deepEqual(await hypervisors.get(tenant.hypervisorId), { ...tenant, approvals: 'two-person' });
      assert.equal(await hypervisors.setApprovals(tenant.hypervisorId, undefined), true);
      assert.deepEqual(await hypervisors.get(tenant.hypervisorId), tenant);
      assert.equal(await hypervisors.setApprovals(service.hypervisorId, 'two-person'), false);
      assert.equal(await hypervisors.setApprovals(freshId('hv'), 'two-person'), false);
    });
  });
};
