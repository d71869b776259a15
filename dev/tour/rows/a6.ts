import assert from 'node:assert/strict';
import { NOUNS } from '../../../cli/commands.ts';
import type { HypervisorView } from '../../../core/contracts/api.ts';
import { operatorRoutes, tenantRoutes } from '../../../core/contracts/api.ts';
import type { PlanView } from '../../../core/contracts/plans.ts';
import type { VmGroupView } from '../../../core/contracts/vm-groups.ts';
import { withConsole } from '../console-of.ts';
import type { Row } from '../row.ts';

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const operationsOf = ({ paths }: OpenApi): number =>
  Object.values(paths).reduce((sum, operations) => sum + Object.keys(operations).length, 0);

export const a6: Row = {
  row: 'A6',
  title: 'all of it is configured from the command line, through the API and in the console',
  async run(tour) {
    const { operator, local } = tour;
    const newcomer = await tour.newcomer();
    const { hypervisorId } = newcomer;
    const service = await tour.service();
    const params = { hypervisorId };

    const bound = await operator.ask<HypervisorView>([
      ...['hypervisor', 'bind', hypervisorId, '--to', service.hypervisorId],
    ]);
    try {
      assert.equal(bound.boundTo, service.hypervisorId);
      assert.equal((await operator.api.call(operatorRoutes.getHypervisor, { params })).boundTo, service.hypervisorId);
      await operator.api.call(operatorRoutes.unbindHypervisor, { params, query: { leavePoints: 'true' } });
      const unbound = await operator.ask<HypervisorView>(['hypervisor', 'show', hypervisorId]);
      assert.equal(unbound.boundTo, undefined);
      await operator.api.call(operatorRoutes.bindHypervisor, {
        params,
        body: { serviceHypervisorId: service.hypervisorId },
      });
      assert.equal((await newcomer.api.call(tenantRoutes.getOwnHypervisor, {})).usesServiceResources, true);
      await withConsole(local, operator, async ({ read }) => {
        const { boundTo } = await read<HypervisorView>(`/operator/hypervisors/${hypervisorId}`);
        assert.equal(boundTo, service.hypervisorId, 'the console is given the same');
      });
    } finally {
      await operator.ask(['hypervisor', 'unbind', hypervisorId, '--leave-points']);
    }

    const plan = await newcomer.ask<PlanView>(['plan', 'add', 'tour', '--keep-days', '7', '--full-every', '30']);
    const planParams = { planId: plan.planId };
    assert.deepEqual((await newcomer.api.call(tenantRoutes.getPlan, { params: planParams })).retention, { days: 7 });
    await newcomer.ask(['plan', 'change', plan.planId, '--keep-days', '14']);
    assert.deepEqual(
      (await newcomer.api.call(tenantRoutes.getPlan, { params: planParams })).retention,
      { days: 14 },
      'what the command changed, the API reads',
    );
    await withConsole(local, newcomer, async ({ page, read }) => {
      assert.match(page, /<script [^>]*type="module"[^>]* src="\/assets\//, 'the built page');
      const { retention } = await read<PlanView>(`/plans/${plan.planId}`);
      assert.deepEqual(retention, { days: 14 }, 'what the command changed, the console is given');
    });
    const group = await newcomer.api.call(tenantRoutes.addVmGroup, {
      body: { name: 'tour', match: { tag: { key: 'app', value: 'web' } }, planId: plan.planId },
    });
    const shown = await newcomer.ask<VmGroupView>(['vm-group', 'show', group.groupId]);
    assert.deepEqual(shown, group);
    await newcomer.ask(['vm-group', 'remove', group.groupId]);
    await newcomer.ask(['plan', 'remove', plan.planId]);
    const left = (await newcomer.api.call(tenantRoutes.listPlans, {})).items;
    assert.ok(left.every(({ planId }) => planId !== plan.planId));

    const documents = [
      await newcomer.api.call(tenantRoutes.getOpenApi, {}),
      await operator.api.call(operatorRoutes.getOperatorOpenApi, {}),
    ] as unknown as OpenApi[];
    const [tenants, operators] = documents.map(operationsOf);
    assert.ok(documents.every(({ openapi }) => openapi.startsWith('3.1')));
    const commands = Object.values(NOUNS).flatMap(({ verbs }) => Object.keys(verbs)).length;
    return `binding, plan and VM group were made by the one and read and changed by the other; the API serves ${tenants} operations for tenants and ${operators} for operators as OpenAPI 3.1, the command has ${commands} verbs; the console, opened as operator and as tenant, was given the same`;
  },
};
