/** Hypervisors as operators change them, VM groups, plans and access nodes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Plan } from '../../core/domain/plan.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { racers, walk } from './racers.ts';
import { A, aGroup, aNode, anInvitation, aPlan, aService, aTenant, B, freshId } from './records.ts';

export const configurationSuite = (catalogNow: () => Catalog): void => {
  describe('hypervisors as they change', () => {
    it('bind, bind elsewhere and unbind a tenant, and tell who is bound', async () => {
      const { hypervisors } = catalogNow();
      const [one, two] = [aService(freshId('hv'), '320000000001'), aService(freshId('hv'), '320000000001')];
      const [a, b] = [aTenant(freshId('hv'), '320000000002'), aTenant(freshId('hv'), '320000000003')];
      for (const each of [one, two, a, b]) assert.equal(await hypervisors.add(each), true);
      const bound = async ({ hypervisorId }: typeof one) =>
        (await hypervisors.boundTo(hypervisorId)).map((tenant) => tenant.hypervisorId).toSorted();
      const to = ({ hypervisorId }: typeof one) => ({ serviceId: hypervisorId, boundAt: 3 });
      assert.deepEqual(await bound(one), []);
      await hypervisors.bind(a.hypervisorId, to(one), undefined);
      await hypervisors.bind(b.hypervisorId, to(one), undefined);
      assert.deepEqual(await bound(one), [a.hypervisorId, b.hypervisorId].toSorted());
      assert.equal(await hypervisors.bind(a.hypervisorId, to(two), undefined), false, 'not the binding that was read');
      assert.equal(await hypervisors.bind(a.hypervisorId, to(two), to(one)), true);
      assert.equal(await hypervisors.bind(a.hypervisorId, to(two), to(one)), true, 'it is so already');
      assert.deepEqual([await bound(one), await bound(two)], [[b.hypervisorId], [a.hypervisorId]]);
      assert.deepEqual(await hypervisors.boundTo(two.hypervisorId), [{ ...a, binding: to(two) }]);
      assert.equal(await hypervisors.bind(a.hypervisorId, undefined, to(two)), true);
      assert.deepEqual(await bound(two), []);
      assert.deepEqual(await hypervisors.get(a.hypervisorId), a);
      assert.equal(await hypervisors.bind(freshId('hv'), undefined, undefined), false);
    });

    it('close a tenant that is being removed to bindings, and open it again', async () => {
      const { hypervisors } = catalogNow();
      const tenant = aTenant(freshId('hv'), '320000000007');
      await hypervisors.add(tenant);
      const binding = { serviceId: freshId('hv'), boundAt: 3 };
      assert.equal(await hypervisors.setRemoving(tenant.hypervisorId, true), true);
      assert.deepEqual(await hypervisors.get(tenant.hypervisorId), { ...tenant, removing: true });
      assert.equal(await hypervisors.bind(tenant.hypervisorId, binding, undefined), false);
      assert.equal(await hypervisors.setRemoving(tenant.hypervisorId, false), true);
      assert.deepEqual(await hypervisors.get(tenant.hypervisorId), tenant);
      assert.equal(await hypervisors.bind(tenant.hypervisorId, binding, undefined), true);
      assert.equal(await hypervisors.setRemoving(freshId('hv'), true), false);
    });

    it('withdraw the access to a tenant once, keep who did it first, and give it back', async () => {
      const { hypervisors } = catalogNow();
      const tenant = aTenant(freshId('hv'), '320000000008');
      await hypervisors.add(tenant);
      const { hypervisorId } = tenant;
      const first = { at: 5, by: 'arn:aws:iam::999999999999:user/a', reason: 'key lost', revision: 1 };
      const again = { ...first, revision: 2 };
      assert.equal(await hypervisors.setRevoked(hypervisorId, first, undefined), true);
      assert.equal(await hypervisors.setRevoked(hypervisorId, { at: 6, by: 'b', revision: 1 }, undefined), false);
      assert.deepEqual(await hypervisors.tenantOfAccount(tenant.accountId), { ...tenant, revoked: first });
      assert.equal(await hypervisors.setRevoked(hypervisorId, again, first), true);
      assert.equal(await hypervisors.setRevoked(hypervisorId, undefined, first), false, 'it was asked for again');
      assert.deepEqual(await hypervisors.get(hypervisorId), { ...tenant, revoked: again });
      assert.equal(await hypervisors.setRevoked(hypervisorId, undefined, again), true);
      assert.deepEqual(await hypervisors.get(hypervisorId), tenant);
      assert.equal(await hypervisors.setRevoked(hypervisorId, undefined, again), false);
      const later = { ...first, at: 9 };
      assert.equal(await hypervisors.setRevoked(hypervisorId, later, undefined), true);
      assert.equal(await hypervisors.setRevoked(hypervisorId, undefined, first), false, 'that was another one');
      assert.equal(await hypervisors.setRevoked(freshId('hv'), first, undefined), false);
    });

    it('say which access key a hypervisor is reached by, where it is reached by one', async () => {
      const { hypervisors } = catalogNow();
      const auth = { method: 'access-key', accessKeyId: 'AKIAOLD', secretArn: 'arn:of:the:secret' } as const;
      const keyed = { ...aTenant(freshId('hv'), '320000000009'), auth };
      const roled = aTenant(freshId('hv'), '320000000010');
      for (const each of [keyed, roled]) await hypervisors.add(each);
      assert.equal(await hypervisors.setAccessKeyId(keyed.hypervisorId, 'AKIANEW', 'arn:of:the:user'), true);
      assert.deepEqual(await hypervisors.get(keyed.hypervisorId), {
        ...keyed,
        auth: { ...auth, accessKeyId: 'AKIANEW', userArn: 'arn:of:the:user' },
      });
      assert.equal(await hypervisors.setAccessKeyId(roled.hypervisorId, 'AKIANEW', 'arn'), false);
      assert.equal(await hypervisors.setAccessKeyId(freshId('hv'), 'AKIANEW', 'arn'), false);
    });

    it('set fields of a service hypervisor, and of nothing else', async () => {
      const { hypervisors } = catalogNow();
      const service = { ...aService(freshId('hv'), '320000000004'), state: 'preparing' } as const;
      const tenant = aTenant(freshId('hv'), '320000000005');
      await hypervisors.add(service);
      await hypervisors.add(tenant);
      const made = { autoScalingGroupName: 'asg', launchTemplateName: 'lt' };
      const change = { state: 'ready', name: 'vault', automaticNodes: made } as const;
      assert.equal(await hypervisors.updateService(service.hypervisorId, change), true);
      assert.deepEqual(await hypervisors.get(service.hypervisorId), { ...service, ...change });
      assert.equal(await hypervisors.updateService(service.hypervisorId, { state: 'removing' }, ['preparing']), false);
      const states = ['preparing', 'ready'] as const;
      assert.equal(await hypervisors.updateService(service.hypervisorId, { state: 'removing' }, states), true);
      assert.equal(await hypervisors.updateService(service.hypervisorId, { state: 'ready' }, states), false);
      assert.equal(((await hypervisors.get(service.hypervisorId)) as typeof service).state, 'removing');
      assert.equal(await hypervisors.updateService(tenant.hypervisorId, { name: 'x' }), false);
      assert.equal(await hypervisors.updateService(freshId('hv'), { name: 'x' }), false);
      assert.deepEqual(await hypervisors.get(tenant.hypervisorId), tenant);
    });

    it('go, and with a tenant its hold on the account', async () => {
      const { hypervisors } = catalogNow();
      const [first, second] = [aTenant(freshId('hv'), '320000000006'), aTenant(freshId('hv'), '320000000006')];
      const service = aService(freshId('hv'), '320000000006');
      await hypervisors.add(service);
      await hypervisors.add(first);
      await hypervisors.remove(first.hypervisorId);
      assert.equal(await hypervisors.get(first.hypervisorId), undefined);
      assert.equal(await hypervisors.tenantOfAccount('320000000006'), undefined);
      assert.equal(await hypervisors.add(second), true);
      await hypervisors.remove(first.hypervisorId);
      await hypervisors.remove(freshId('hv'));
      assert.deepEqual(await hypervisors.tenantOfAccount('320000000006'), second);
      assert.equal(await hypervisors.add(first), false, 'the account is taken');
      await hypervisors.remove(service.hypervisorId);
      assert.equal(await hypervisors.get(service.hypervisorId), undefined);
      assert.equal(await hypervisors.add(service), true);
    });
  });

  describe('invitations', () => {
    it('give an account one ExternalId for good, whoever asks first', async () => {
      const { invitations } = catalogNow();
      const accountId = '320000000010';
      const invited = (n: number) => ({ ...anInvitation(accountId, `external-${n}`), name: `name ${n}` });
      assert.equal(await invitations.get(accountId), undefined);
      const all = await racers(10, (n) => invitations.invite(invited(n)));
      const [externalId] = new Set(all.map((each) => each.externalId));
      assert.equal(new Set(all.map((each) => each.externalId)).size, 1);
      const again = await invitations.invite({ ...invited(99), region: 'us-east-1', invitedAt: 99 });
      assert.deepEqual(again, {
        ...anInvitation(accountId, String(externalId)),
        name: 'name 99',
        region: 'us-east-1',
      });
      assert.deepEqual(await invitations.get(accountId), again);
      const narrowed = await invitations.invite({ ...again, features: ['snapshot'], invitedAt: 100 });
      assert.deepEqual(narrowed, { ...again, features: ['snapshot'] });
      assert.deepEqual(await invitations.invite(again), narrowed, 'they stay where none are named');
      assert.equal(await invitations.get('320000000011'), undefined);
    });

    it('outlive the hypervisors of their account', async () => {
      const { invitations, hypervisors } = catalogNow();
      const tenant = aTenant(freshId('hv'), '320000000012');
      const invitation = await invitations.invite(anInvitation(tenant.accountId, 'external-1'));
      await hypervisors.add(tenant);
      await hypervisors.remove(tenant.hypervisorId);
      assert.deepEqual(await invitations.get(tenant.accountId), invitation);
      assert.deepEqual(await invitations.invite(anInvitation(tenant.accountId, 'external-2')), invitation);
    });
  });

  describe('VM groups', () => {
    it("are made once, read whole, and are another hypervisor's like none", async () => {
      const { vmGroups } = catalogNow();
      const group = aGroup(A);
      const added = await racers(10, () => vmGroups.add(group));
      assert.equal(added.filter(Boolean).length, 1);
      assert.deepEqual(await vmGroups.get(A, group.groupId), group);
      assert.equal(await vmGroups.get(B, group.groupId), undefined);
      assert.equal(await vmGroups.replace({ ...group, hypervisorId: B }), false);
      await vmGroups.remove(B, group.groupId);
      assert.deepEqual(await vmGroups.get(A, group.groupId), group);
    });

    it('are replaced as a whole, and go', async () => {
      const { vmGroups } = catalogNow();
      const { planId, ...bare } = { ...aGroup(A), planId: freshId('plan'), zone: 'eu-central-1a' };
      await vmGroups.add({ ...bare, planId });
      assert.equal(await vmGroups.replace({ ...bare, name: 'late' }, bare.updatedAt + 1), false, 'changed meanwhile');
      assert.equal(await vmGroups.replace({ ...bare, name: 'all', match: { all: true } }, bare.updatedAt), true);
      assert.deepEqual(await vmGroups.get(A, bare.groupId), { ...bare, name: 'all', match: { all: true } });
      await vmGroups.remove(A, bare.groupId);
      await vmGroups.remove(A, bare.groupId);
      assert.equal(await vmGroups.get(A, bare.groupId), undefined);
      assert.equal(await vmGroups.replace(bare), false);
    });

    it('are listed page by page, and by plan', async () => {
      const { vmGroups } = catalogNow();
      const [hypervisor, planId] = [freshId('hv'), freshId('plan')];
      const groups = [0, 1, 2, 3, 4].map((n) => ({ ...aGroup(hypervisor), ...(n % 2 ? { planId } : {}) }));
      for (const group of groups) await vmGroups.add(group);
      await vmGroups.add({ ...aGroup(freshId('hv')), planId });
      const pages = await walk(2, (page) => vmGroups.list(hypervisor, page));
      assert.deepEqual(
        pages.map(({ length }) => length),
        [2, 2, 1],
      );
      const ids = (all: readonly { groupId: string }[]) => all.map(({ groupId }) => groupId).toSorted();
      assert.deepEqual(ids(pages.flat()), ids(groups));
      assert.deepEqual(
        ids(await vmGroups.ofPlan(hypervisor, planId)),
        ids(groups.filter((group) => 'planId' in group)),
      );
    });
  });

  describe('plans', () => {
    it("are made once, listed, and another hypervisor's are like none", async () => {
      const { plans } = catalogNow();
      const plan = aPlan(A);
      const added = await racers(10, () => plans.add(plan));
      assert.equal(added.filter(Boolean).length, 1);
      assert.deepEqual(await plans.get(A, plan.planId), plan);
      assert.equal(await plans.get(B, plan.planId), undefined);
      assert.equal(await plans.replace({ ...plan, hypervisorId: B }), false);
      await plans.remove(B, plan.planId);
      const listed = (await walk(1, (page) => plans.list(A, page))).flat();
      assert.deepEqual(listed, [plan]);
      await plans.remove(A, plan.planId);
      await plans.remove(A, plan.planId);
      assert.equal(await plans.get(A, plan.planId), undefined);
    });

    it('lose the fields that the new one lacks, and never when they were due last', async () => {
      const { plans } = catalogNow();
      const plan = aPlan(A);
      await plans.add(plan);
      await plans.noteDue(A, plan.planId, 'backup', 5_000);
      const { schedule, retention, deadlineMinutes, ...fewer } = plan;
      const anew: Plan = { ...fewer, name: 'on demand', copy: { when: 'never' }, updatedAt: 9, lastBackupDueAt: 1 };
      const [replaced] = await Promise.all([plans.replace(anew), plans.noteDue(A, plan.planId, 'copy', 6_000)]);
      assert.equal(replaced, true);
      assert.deepEqual(await plans.get(A, plan.planId), { ...anew, lastBackupDueAt: 5_000, lastCopyDueAt: 6_000 });
      assert.equal(await plans.replace(aPlan(A)), false);
      assert.equal(await plans.replace({ ...anew, name: 'late' }, plan.updatedAt), false, 'changed meanwhile');
      assert.equal(await plans.replace({ ...anew, name: 'next' }, anew.updatedAt), true);
      assert.equal((await plans.get(A, plan.planId))?.name, 'next');
    });

    it('remember the newest due time, in whatever order they hear of them', async () => {
      const { plans } = catalogNow();
      const plan = aPlan(A);
      await plans.add(plan);
      await racers(20, (racer) => plans.noteDue(A, plan.planId, 'backup', 1_000 + ((racer * 7) % 20)));
      await plans.noteDue(A, plan.planId, 'backup', 3);
      await plans.noteDue(A, freshId('plan'), 'backup', 3);
      assert.deepEqual(await plans.get(A, plan.planId), { ...plan, lastBackupDueAt: 1_019 });
    });
  });

  describe('access nodes', () => {
    it('are described anew without losing what was known of them', async () => {
      const { nodes } = catalogNow();
      const [service, other] = [freshId('hv'), freshId('hv')];
      const node = aNode(service);
      await nodes.register(node);
      assert.deepEqual(await nodes.heartbeat(service, node.nodeId, 2, 50), { ...node, held: 2, heartbeatAt: 50 });
      const described = { ...node, os: 'linux', osVersion: '6.1', zone: 'eu-central-1a', slots: 4 } as const;
      await nodes.register({ ...described, registeredAt: 60 });
      const known = { ...described, registeredAt: 60, held: 2, heartbeatAt: 50 };
      assert.deepEqual(await nodes.get(service, node.nodeId), known);
      assert.equal(await nodes.get(other, node.nodeId), undefined);
      await nodes.register({ ...node, serviceId: other });
      assert.deepEqual(await nodes.list(service), [known]);
    });

    it('drain, and once removed are not there for their next heartbeat', async () => {
      const { nodes } = catalogNow();
      const node = aNode(freshId('hv'));
      await nodes.register(node);
      assert.equal(await nodes.setDraining(node.serviceId, node.nodeId, true), true);
      assert.equal((await nodes.heartbeat(node.serviceId, node.nodeId, 0, 9))?.draining, true);
      await nodes.heartbeat(node.serviceId, node.nodeId, 2, 10);
      await nodes.leave(node.serviceId, node.nodeId);
      const left = { ...node, draining: true, heartbeatAt: 10, held: 0, left: true };
      assert.deepEqual(await nodes.get(node.serviceId, node.nodeId), left);
      await nodes.remove(node.serviceId, node.nodeId);
      await nodes.leave(node.serviceId, node.nodeId);
      await nodes.remove(node.serviceId, node.nodeId);
      assert.equal(await nodes.heartbeat(node.serviceId, node.nodeId, 0, 10), undefined);
      assert.equal(await nodes.setDraining(node.serviceId, node.nodeId, true), false);
      assert.deepEqual(await nodes.list(node.serviceId), []);
    });
  });
};
