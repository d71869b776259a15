import type { Hypervisor, ServiceHypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Hypervisors } from '../../core/ports/hypervisors.ts';
import type { Change, Condition } from './dynamo-expressions.ts';
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
const still = (hypervisorId: string, and?: Condition): Condition => ({
  text: ['#hypervisorId = :hypervisorId', ...(and ? [`(${and.text})`] : [])].join(' AND '),
  values: { ':hypervisorId': hypervisorId, ...and?.values },
});

type Binding = TenantHypervisor['binding'];
const isSame = (a: Binding, b: Binding): boolean => a?.serviceId === b?.serviceId && a?.boundAt === b?.boundAt;
const bindable = (expected: Binding): Condition =>
  expected
    ? {
        text: 'attribute_not_exists(#removing) AND #binding.#serviceId = :expectedService AND #binding.#boundAt = :expectedAt',
        values: { ':expectedService': expected.serviceId, ':expectedAt': expected.boundAt },
      }
    : { text: 'attribute_not_exists(#removing) AND attribute_not_exists(#binding)' };

const stillRevoked = (seen: TenantHypervisor['revoked']): Condition =>
  seen
    ? {
        text: '#revoked.#revision = :seenRevision AND #revoked.#at = :seenAt',
        values: { ':seenRevision': seen.revision, ':seenAt': seen.at },
      }
    : { text: 'attribute_not_exists(#revoked)' };

const inState = (from: readonly ServiceHypervisor['state'][]): Condition => ({
  text: `#state IN (${from.map((_, at) => `:from${at}`).join(', ')})`,
  values: Object.fromEntries(from.map((state, at) => [`:from${at}`, state])),
});

export const createDynamoHypervisors = (table: Table): Hypervisors => {
  const find = async (hypervisorId: string): Promise<{ key: Key; hypervisor: Hypervisor } | undefined> => {
    const pointer = await table.get(pointerKey(hypervisorId));
    if (!pointer) return undefined;
    const key = { pk: ALL, sk: pointer.place as string };
    const item = await table.get(key);
    return item?.hypervisorId === hypervisorId ? { key, hypervisor: recordOf<Hypervisor>(item) } : undefined;
  };

  const change = async (
    kind: Hypervisor['kind'],
    id: string,
    set: Change['set'] & object,
    only?: Condition,
  ): Promise<boolean> => {
    const found = await find(id);
    if (found?.hypervisor.kind !== kind) return false;
    return (await table.update(found.key, { set }, still(id, only))) !== undefined;
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
    async bind(tenantId, binding, expected) {
      if (await change('tenant', tenantId, { binding }, bindable(expected))) return true;
      // The answer to a write that was done may have been lost, and the second try of it refused.
      const hypervisor = (await find(tenantId))?.hypervisor;
      return hypervisor?.kind === 'tenant' && !hypervisor.removing && isSame(hypervisor.binding, binding);
    },
    setRemoving: (tenantId, removing) => change('tenant', tenantId, { removing: removing || undefined }),
    setRevoked: (tenantId, revoked, seen) => change('tenant', tenantId, { revoked }, stillRevoked(seen)),
    async setAccessKeyId(hypervisorId, accessKeyId, userArn) {
      const hypervisor = (await find(hypervisorId))?.hypervisor;
      if (hypervisor?.auth.method !== 'access-key') return false;
      return change(hypervisor.kind, hypervisorId, { auth: { ...hypervisor.auth, accessKeyId, userArn } });
    },
    setApprovals: (tenantId, approvals) => change('tenant', tenantId, { approvals }),
    // All tenants are read: a megabyte, which is one query's worth, holds some 1,500, and a row that points from the
    // service to its tenants could be left behind by a crash.
    boundTo: async (serviceId) =>
      (await table.all(ALL, 'tenant#'))
        .map((item) => recordOf<TenantHypervisor>(item))
        .filter(({ binding }) => binding?.serviceId === serviceId),
    updateService: (serviceId, fields: Partial<ServiceHypervisor>, from) =>
      change('service', serviceId, fields, from && inState(from)),
    async remove(hypervisorId) {
      const pointer = await table.get(pointerKey(hypervisorId));
      if (!pointer) return;
      // The account may have another hypervisor by now: the pointer goes last, and only its own record with it.
      await table.delete({ pk: ALL, sk: pointer.place as string }, still(hypervisorId));
      await table.delete(pointerKey(hypervisorId));
    },
  };
};
