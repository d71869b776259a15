/** The samples in events/ of API calls, and worlds in which they can be answered. */
import { readdirSync, readFileSync } from 'node:fs';
import { sha256 } from '../../adapters/system.ts';
import { type Approval, type AskedRequest, WAITS_FOR_MS } from '../../core/domain/approval.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Order } from '../../core/domain/order.ts';
import { createApproverApi } from '../../functions/api/approver-api.ts';
import { createWorld, type World } from './world.ts';
import { accessNode, acme, bolt, group, job, libraryRun, plan, point, START, service } from './world-records.ts';

const FOLDER = new URL('../../events/', import.meta.url);
/** What API Gateway sends, one for each route: [file name, event]. */
export const samples = readdirSync(FOLDER)
  .filter((name) => name.startsWith('api-'))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))] as const);

/** The sample's requestHash is that of tenant 1's. */
const waiting = (n: number, owner: TenantHypervisor): Approval => {
  const asked: AskedRequest = {
    tenantId: owner.hypervisorId,
    operation: 'switch-off-approvals',
    requestedBy: 'arn:aws:iam::999999999999:user/eve',
    params: { hypervisorId: owner.hypervisorId },
    query: {},
    body: { approvals: 'off' },
  };
  const request = JSON.stringify(asked);
  return {
    approvalId: `apr-0199aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`,
    tenantId: owner.hypervisorId,
    operation: asked.operation,
    subject: owner.hypervisorId,
    what: ['Switch approvals off.'],
    askedBy: 'operator',
    requestedBy: asked.requestedBy,
    requestedAt: START,
    expiresAt: START + WAITS_FOR_MS,
    request,
    requestHash: sha256(request),
    basisHash: sha256(JSON.stringify({ approvals: 'two-person' })),
    state: 'waiting',
    revision: 1,
  };
};

const quarantinedOrder: Order = {
  orderId: 'ord-00000000',
  jobId: 'job-00000000',
  tenantId: acme.hypervisorId,
  serviceId: service.hypervisorId,
  attempt: 1,
  instanceId: 'i-0123456789abcdef0',
  kind: 'read-segment',
  snapshotIds: ['snap-0123456789abcdef0'],
  documentKey: 'order.json',
  resultPrefix: 'results/',
  state: 'quarantined',
  claim: 3,
  quarantinedAt: START,
};

/** What the sample's job has to be for the call to make sense. */
const stateFor = (name: string) => {
  if (name.includes('resume')) return 'suspended';
  if (name.includes('retry') || name.includes('release-quarantined')) return 'completed with errors';
  return name.includes('bind') || name.includes('remove') ? 'completed' : 'running';
};

/** A world in which the sample of that name makes sense: whatever it names is there, and is of tenants 1, 2, …, one each. */
export const worldFor = (name: string, owners: readonly TenantHypervisor[] = [acme]) => {
  const world = createWorld();
  const { records } = world;
  owners.forEach((owner, i) => {
    const n = i + 1;
    const one = job(n, owner, { state: stateFor(name) });
    if (!name.includes('delete-recovery-point')) records.jobs.set(one.jobId, one);
    world.paths.set(`${one.jobId}-1`, { executionArn: `${one.executionArn}`, status: 'RUNNING', states: [] });
    records.libraryRuns.set(libraryRun(n, owner).runId, libraryRun(n, owner));
    const set = { ...quarantinedOrder, orderId: `ord-0199aaaa-0000-7000-8000-${String(n).padStart(12, '0')}` };
    records.orders.set(set.orderId, { ...set, jobId: one.jobId, tenantId: owner.hypervisorId });
    records.points.set(point(n, owner).recoveryPointId, point(n, owner));
    const approval = waiting(n, owner);
    records.approvals.set(approval.approvalId, approval);
    // a plan that nothing uses can be removed
    const own = group(n, owner, name.includes('remove-plan') ? {} : { planId: plan(n, owner).planId });
    const ofService = name.includes('service-vm-group');
    records.vmGroups.set(own.groupId, ofService ? { ...own, hypervisorId: service.hypervisorId } : own);
    records.plans.set(plan(n, owner).planId, plan(n, owner));
  });
  records.nodes.set(`${service.hypervisorId} ${accessNode(1).nodeId}`, accessNode(1));
  if (name.includes('remove-hypervisor'))
    for (const { hypervisorId } of [acme, bolt]) records.hypervisors.delete(hypervisorId);
  if (name === 'api-rotate-key.json') {
    for (const owner of owners) {
      const secretArn = `arn:aws:secretsmanager:eu-central-1:999999999999:secret:holdfast-${owner.hypervisorId}`;
      const auth = { method: 'access-key', accessKeyId: 'AKIAACMEACMEACMEACME', secretArn } as const;
      records.hypervisors.set(owner.hypervisorId, { ...owner, auth });
      world.secretStore.set(secretArn, 'the one before');
    }
  }
  if (name === 'api-approve.json') records.hypervisors.set(acme.hypervisorId, { ...acme, approvals: 'two-person' });
  if (name.includes('hypervisor-template'))
    records.hypervisors.set(service.hypervisorId, { ...service, accountId: '888888888888' });
  return world;
};

export const apiOf = (world: World, path: string) => {
  // the samples' stage
  const settings = { ...world.deps.settings, stage: 'dev' };
  if (path.startsWith('/approver')) return createApproverApi({ ...world.deps, settings });
  return path.startsWith('/operator') ? world.operatorApi : world.tenantApi;
};
