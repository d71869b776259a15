import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Catalog } from '../../core/ports/catalog.ts';
import { racers, walk } from './racers.ts';
import { aService, aTenant, freshId } from './records.ts';

export const hypervisorsSuite = (catalogNow: () => Catalog): void => {
  describe('hypervisors', () => {
    it('keeps one tenant hypervisor an account, and says which', async () => {
      const tenant = aTenant(freshId('hv'), '310000000001');
      assert.equal(await catalogNow().hypervisors.add(tenant), true);
      assert.equal(await catalogNow().hypervisors.add(tenant), false);
      const second = aTenant(freshId('hv'), tenant.accountId);
      assert.equal(await catalogNow().hypervisors.add(second), false);
      assert.equal(await catalogNow().hypervisors.get(second.hypervisorId), undefined);
      assert.deepEqual(await catalogNow().hypervisors.tenantOfAccount(tenant.accountId), tenant);
      assert.equal(await catalogNow().hypervisors.tenantOfAccount('310000000099'), undefined);
    });

    it('lets exactly one of many tenants of one account in', async () => {
      const added = await racers(10, () => catalogNow().hypervisors.add(aTenant(freshId('hv'), '310000000002')));
      assert.equal(added.filter(Boolean).length, 1);
    });

    it('lets a service hypervisor and a tenant share an account', async () => {
      const service = aService(freshId('hv'), '310000000003');
      assert.equal(await catalogNow().hypervisors.add(service), true);
      assert.equal(await catalogNow().hypervisors.add(aTenant(freshId('hv'), '310000000003')), true);
      assert.deepEqual(await catalogNow().hypervisors.get(service.hypervisorId), service);
    });

    it('binds a tenant, and nothing else', async () => {
      const service = aService(freshId('hv'), '310000000004');
      const tenant = aTenant(freshId('hv'), '310000000005');
      await catalogNow().hypervisors.add(service);
      await catalogNow().hypervisors.add(tenant);
      const binding = { serviceId: service.hypervisorId, boundAt: 7 };
      assert.equal(await catalogNow().hypervisors.bind(tenant.hypervisorId, binding, undefined), true);
      assert.deepEqual(await catalogNow().hypervisors.get(tenant.hypervisorId), { ...tenant, binding });
      assert.equal(await catalogNow().hypervisors.bind(service.hypervisorId, binding, undefined), false);
      assert.equal(await catalogNow().hypervisors.bind(freshId('hv'), binding, undefined), false);
    });

    it('lists all of them, each once, page by page', async () => {
      const ids = new Set<string>();
      for (const page of await walk(2, (request) => catalogNow().hypervisors.list(request))) {
        assert.ok(page.length <= 2);
        for (const { hypervisorId } of page) {
          assert.ok(!ids.has(hypervisorId));
          ids.add(hypervisorId);
        }
      }
      const [all] = await walk(100, (request) => catalogNow().hypervisors.list(request));
      assert.deepEqual(ids, new Set(all?.map(({ hypervisorId }) => hypervisorId)));
      assert.ok(ids.size >= 6);
    });
  });
};
