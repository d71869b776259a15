import type { Hypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Hypervisors } from '../../core/ports/catalog.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import { readPage } from './dynamo-pages.ts';
import type { Table } from './dynamo-table.ts';

/**
 * A tenant's record is kept under its *account*, so that one conditional write keeps a second tenant hypervisor of that
 * account out; a pointer leads from the id to it. A pointer that was left without a record leads nowhere and harms
 * nothing.
 */
const ALL = 'HYPERVISORS';
const place = (hypervisor: Hypervisor): string =>
  hypervisor.kind === 'tenant' ? `tenant#${hypervisor.accountId}` : `service#${hypervisor.hypervisorId}`;
const pointerKey = (hypervisorId: string): Key => ({ pk: `HYPERVISOR#${hypervisorId}`, sk: 'POINTER' });

export const createDynamoHypervisors = (table: Table): Hypervisors => {
  const find = async (hypervisorId: string): Promise<{ key: Key; hypervisor: Hypervisor } | undefined> => {
    const pointer = await table.get(pointerKey(hypervisorId));
    if (!pointer) return undefined;
    const key = { pk: ALL, sk: pointer.place as string };
    const item = await table.get(key);
    return item?.hypervisorId === hypervisorId ? { key, hypervisor: recordOf<Hypervisor>(item) } : undefined;
  };

  return {
    async add(hypervisor) {
      const pointer = pointerKey(hypervisor.hypervisorId);
      const ours = await table.create(pointer, { place: place(hypervisor) });
      if (!ours && (await table.get(pointer))?.place !== place(hypervisor)) return false;
      const added = await table.create({ pk: ALL, sk: place(hypervisor) }, hypervisor);
      if (!added && ours) await table.delete(pointer);
      return added;
    },
    get: async (hypervisorId) => (await find(hypervisorId))?.hypervisor,
    async tenantOfAccount(accountId) {
      const item = await table.get({ pk: ALL, sk: `tenant#${accountId}` });
      return item && recordOf<TenantHypervisor>(item);
    },
    list: (page) => readPage(table, ALL, page, false, async (rows) => rows.map((item) => recordOf<Hypervisor>(item))),
    async bind(tenantId, binding) {
      const found = await find(tenantId);
      if (found?.hypervisor.kind !== 'tenant') return false;
      const still = { text: '#hypervisorId = :tenantId', values: { ':tenantId': tenantId } };
      return (await table.update(found.key, { set: { binding } }, still)) !== undefined;
    },
  };
};
