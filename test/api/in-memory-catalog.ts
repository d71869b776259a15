/** The catalog in maps. It keeps the same promises as the real one: test/adapters/catalog-suite.ts runs on both. */
import { PlanFields } from '../../core/contracts/plans.ts';
import type { AccessNode } from '../../core/domain/access-node.ts';
import type { Hypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Share } from '../../core/domain/quota.ts';
import type { AccessNodes } from '../../core/ports/access-nodes.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import type { Effects } from '../../core/ports/effects.ts';
import type { Hypervisors } from '../../core/ports/hypervisors.ts';
import type { Invitations } from '../../core/ports/invitations.ts';
import type { Plans } from '../../core/ports/plans.ts';
import type { Quotas } from '../../core/ports/quotas.ts';
import type { VmGroups } from '../../core/ports/vm-groups.ts';
import { createInMemoryApprovals } from './in-memory-approvals.ts';
import { createInMemoryJobs } from './in-memory-jobs.ts';
import { createInMemoryLibraryRuns } from './in-memory-library-runs.ts';
import { createInMemoryOrders } from './in-memory-orders.ts';
import { createInMemoryPoints, createInMemoryProtectedInstances } from './in-memory-points.ts';
import { createInMemoryQuarantine } from './in-memory-quarantine.ts';
import { changed, emptyRecords, pageOf, type Records } from './in-memory-records.ts';
import { createInMemoryFindings, createInMemoryServiceIntents, createInMemorySweeps } from './in-memory-sweeps.ts';
import { createInMemoryUsage } from './in-memory-usage.ts';

export type { Records } from './in-memory-records.ts';

/** A record of another hypervisor looks as if it were not there. */
const below = <T extends { readonly hypervisorId: string }>(all: ReadonlyMap<string, T>) => ({
  get: (hypervisorId: string, id: string): T | undefined => {
    const record = all.get(id);
    return record?.hypervisorId === hypervisorId ? record : undefined;
  },
  list: (hypervisorId: string): T[] => [...all.values()].filter((each) => each.hypervisorId === hypervisorId),
});

const createHypervisors = ({ hypervisors }: Records): Hypervisors => {
  const tenants = (): TenantHypervisor[] => [...hypervisors.values()].filter((each) => each.kind === 'tenant');
  const change = (kind: Hypervisor['kind'], id: string, set: object): boolean => {
    const hypervisor = hypervisors.get(id);
    if (hypervisor?.kind !== kind) return false;
    hypervisors.set(id, changed(hypervisor, set));
    return true;
  };
  return {
    async add(hypervisor) {
      const taken = hypervisor.kind === 'tenant' && tenants().some((t) => t.accountId === hypervisor.accountId);
      if (taken || hypervisors.has(hypervisor.hypervisorId)) return false;
      hypervisors.set(hypervisor.hypervisorId, hypervisor);
      return true;
    },
    get: async (id) => hypervisors.get(id),
    tenantOfAccount: async (accountId) => tenants().find((tenant) => tenant.accountId === accountId),
    list: async (page) => pageOf([...hypervisors.values()], page),
    async bind(tenantId, binding, expected) {
      const tenant = hypervisors.get(tenantId);
      if (tenant?.kind !== 'tenant' || tenant.removing) return false;
      const is = (other: TenantHypervisor['binding']): boolean =>
        tenant.binding?.serviceId === other?.serviceId && tenant.binding?.boundAt === other?.boundAt;
      return is(binding) || (is(expected) && change('tenant', tenantId, { binding }));
    },
    setRemoving: async (tenantId, removing) => change('tenant', tenantId, { removing: removing || undefined }),
    setRevoked: async (tenantId, revoked, seen) => {
      const tenant = hypervisors.get(tenantId);
      if (tenant?.kind !== 'tenant') return false;
      const { revoked: there } = tenant;
      if (there?.revision !== seen?.revision || there?.at !== seen?.at) return false;
      return change('tenant', tenantId, { revoked });
    },
    async setAccessKeyId(id, accessKeyId, userArn) {
      const hypervisor = hypervisors.get(id);
      if (hypervisor?.auth.method !== 'access-key') return false;
      return change(hypervisor.kind, id, { auth: { ...hypervisor.auth, accessKeyId, userArn } });
    },
    setApprovals: async (tenantId, approvals) => change('tenant', tenantId, { approvals }),
    boundTo: async (serviceId) => tenants().filter(({ binding }) => binding?.serviceId === serviceId),
    async updateService(serviceId, set, from) {
      const service = hypervisors.get(serviceId);
      if (service?.kind !== 'service' || (from && !from.includes(service.state))) return false;
      return change('service', serviceId, set);
    },
    async remove(id) {
      hypervisors.delete(id);
    },
  };
};

const createInvitations = ({ invitations }: Records): Invitations => ({
  async invite(fresh) {
    const there = invitations.get(fresh.accountId);
    const kept = there ? { ...there, ...fresh, externalId: there.externalId, invitedAt: there.invitedAt } : fresh;
    invitations.set(fresh.accountId, kept);
    return kept;
  },
  get: async (accountId) => invitations.get(accountId),
});

const createVmGroups = ({ vmGroups }: Records): VmGroups => {
  const { get, list } = below(vmGroups);
  return {
    async add(group) {
      if (vmGroups.has(group.groupId)) return false;
      vmGroups.set(group.groupId, group);
      return true;
    },
    get: async (hypervisorId, groupId) => get(hypervisorId, groupId),
    list: async (hypervisorId, page) => pageOf(list(hypervisorId), page),
    ofPlan: async (hypervisorId, planId) => list(hypervisorId).filter((group) => group.planId === planId),
    async replace(group, ifUpdatedAt) {
      const there = get(group.hypervisorId, group.groupId);
      if (!there || (ifUpdatedAt ?? there.updatedAt) !== there.updatedAt) return false;
      vmGroups.set(group.groupId, group);
      return true;
    },
    async remove(hypervisorId, groupId) {
      if (get(hypervisorId, groupId)) vmGroups.delete(groupId);
    },
  };
};

const createPlans = ({ plans }: Records): Plans => {
  const { get, list } = below(plans);
  const fields = Object.keys(PlanFields.shape) as (keyof typeof PlanFields.shape)[];
  return {
    async add(plan) {
      if (plans.has(plan.planId)) return false;
      plans.set(plan.planId, plan);
      return true;
    },
    get: async (hypervisorId, planId) => get(hypervisorId, planId),
    list: async (hypervisorId, page) => pageOf(list(hypervisorId), page),
    async replace(plan, ifUpdatedAt) {
      const there = get(plan.hypervisorId, plan.planId);
      if (!there || (ifUpdatedAt ?? there.updatedAt) !== there.updatedAt) return false;
      const set = Object.fromEntries([...fields, 'createdAt' as const, 'updatedAt' as const].map((f) => [f, plan[f]]));
      plans.set(plan.planId, changed(there, set));
      return true;
    },
    async remove(hypervisorId, planId) {
      if (get(hypervisorId, planId)) plans.delete(planId);
    },
    async noteDue(hypervisorId, planId, action, dueAt) {
      const plan = get(hypervisorId, planId);
      const field = action === 'backup' ? 'lastBackupDueAt' : 'lastCopyDueAt';
      if (plan && (plan[field] ?? -1) < dueAt) plans.set(planId, { ...plan, [field]: dueAt });
    },
  };
};

const createNodes = ({ nodes }: Records): AccessNodes => {
  const change = (serviceId: string, nodeId: string, set: Partial<AccessNode>): AccessNode | undefined => {
    const node = nodes.get(`${serviceId} ${nodeId}`);
    if (!node) return undefined;
    const described = changed(node, set);
    nodes.set(`${serviceId} ${nodeId}`, described);
    return described;
  };
  return {
    async register(node) {
      nodes.set(
        `${node.serviceId} ${node.nodeId}`,
        changed({ ...nodes.get(`${node.serviceId} ${node.nodeId}`), ...node }, {}),
      );
    },
    get: async (serviceId, nodeId) => nodes.get(`${serviceId} ${nodeId}`),
    list: async (serviceId) => [...nodes.values()].filter((node) => node.serviceId === serviceId),
    heartbeat: async (serviceId, nodeId, held, now) => change(serviceId, nodeId, { held, heartbeatAt: now }),
    setDraining: async (serviceId, nodeId, draining) => change(serviceId, nodeId, { draining }) !== undefined,
    async leave(serviceId, nodeId) {
      change(serviceId, nodeId, { left: true, held: 0 });
    },
    async remove(serviceId, nodeId) {
      nodes.delete(`${serviceId} ${nodeId}`);
    },
  };
};

const createEffects = ({ effects }: Records): Effects => {
  const keyOf = (effect: { jobId: string; attempt: number; effectId: string }): string =>
    `${effect.jobId} ${effect.attempt} ${effect.effectId}`;
  return {
    async intend(effect) {
      const there = effects.get(keyOf(effect)) ?? effect;
      effects.set(keyOf(effect), there);
      return there;
    },
    async update(effect, change) {
      const there = effects.get(keyOf(effect));
      if (!there) throw new Error(`there is no record of ${effect.effectId}`);
      effects.set(keyOf(effect), { ...there, ...change });
    },
    ofAttempt: async (jobId, attempt) =>
      [...effects.values()].filter((effect) => effect.jobId === jobId && effect.attempt === attempt),
  };
};

const createQuotas = (): Quotas => {
  const kept = new Map<string, readonly Share[]>();
  return {
    async change(tenantId, call, decide) {
      const { shares, answer } = decide(kept.get(`${tenantId} ${call}`) ?? []);
      kept.set(`${tenantId} ${call}`, shares);
      return answer;
    },
  };
};

export const createInMemoryCatalog = (): { catalog: Catalog; records: Records } => {
  const records = emptyRecords();
  const catalog: Catalog = {
    hypervisors: createHypervisors(records),
    invitations: createInvitations(records),
    vmGroups: createVmGroups(records),
    plans: createPlans(records),
    nodes: createNodes(records),
    jobs: createInMemoryJobs(records),
    instances: createInMemoryProtectedInstances(records),
    points: createInMemoryPoints(records),
    orders: createInMemoryOrders(records),
    quarantine: createInMemoryQuarantine(records),
    effects: createEffects(records),
    libraryRuns: createInMemoryLibraryRuns(records),
    quotas: createQuotas(),
    approvals: createInMemoryApprovals(records),
    findings: createInMemoryFindings(records),
    sweeps: createInMemorySweeps(records),
    serviceIntents: createInMemoryServiceIntents(records),
    usage: createInMemoryUsage(records),
  };
  return { catalog, records };
};
