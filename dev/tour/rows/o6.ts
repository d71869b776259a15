import assert from 'node:assert/strict';
import type { AccessNodeView } from '../../../core/contracts/api.ts';
import type { VmGroupView } from '../../../core/contracts/vm-groups.ts';
import { changeAutoScalingSettings } from '../../../local/autoscaling/settings.ts';
import { launchInstance } from '../../demo/tenant-instance.ts';
import { eventually } from '../eventually.ts';
import { runJob } from '../jobs.ts';
import type { Row } from '../row.ts';

const BY_HAND =
  /has no VM group: access nodes must be added by hand at the service hypervisor before a tenant hypervisor can use it/;
const PROVIDER = /Your provider has to finish the set-up/;

export const o6: Row = {
  row: 'O6',
  title: 'automatic access nodes come from the VM group; without one, nodes are added by hand first',
  async run(tour) {
    const { operator, local } = tour;
    // Minutes on AWS.
    changeAutoScalingSettings(local.cloud.kernel.store, { evaluationMs: 500, scaleInEvaluations: 4 });
    const newcomer = await tour.newcomer();
    const { hypervisorId } = await tour.automatic();
    const unbind = () => operator.ask(['hypervisor', 'unbind', newcomer.hypervisorId, '--leave-points']);
    const bind = ['hypervisor', 'bind', newcomer.hypervisorId, '--to', hypervisorId];
    const nodes = async () =>
      (await operator.ask<{ items: AccessNodeView[] }>(['access-node', 'list', '--service', hypervisorId])).items;
    try {
      const { stdout, stderr } = await operator.run([...bind, '--json']);
      assert.match(stdout + stderr, BY_HAND, 'without a VM group nobody is bound to it');
      assert.match(stderr, /RuleViolated/);

      const zone = `${local.place.region}b`;
      const group = await operator.ask<VmGroupView>([
        ...['vm-group', 'add', 'nodes', '--service', hypervisorId, '--all', '--zone', zone],
      ]);
      await operator.ask(bind);
      assert.deepEqual(await nodes(), [], 'no node without work');
      const { instanceId } = await launchInstance(newcomer.ec2, newcomer.name, [1]);
      const [, node] = await Promise.all([
        runJob(newcomer, 'backup', 'start', instanceId),
        eventually('a node comes by itself', nodes, ([first]) => first?.registeredAt !== undefined),
      ]);
      assert.deepEqual([node[0]?.origin, node[0]?.zone], ['automatic', zone]);
      await eventually('it goes when there is nothing to do', nodes, (left) => left.length === 0);

      const removeGroup = ['vm-group', 'remove', group.groupId, '--service', hypervisorId];
      const used = await operator.refused(removeGroup);
      assert.match(used.detail, /come from this VM group alone; it is used by initech/, 'nobody is left without nodes');
      await unbind();
      await operator.ask(removeGroup);
      const tenants = await newcomer.refused(['backup', 'start', instanceId]);
      assert.match(tenants.detail, PROVIDER);
      assert.doesNotMatch(`${tenants.detail} ${tenants.remedy}`, /access node|VM group/i);

      const byHand = ['access-node', 'add', 'by hand', '--service', hypervisorId];
      const { nodeId } = await operator.ask<AccessNodeView>(byHand);
      await operator.ask(bind);
      await unbind();
      await operator.ask(['access-node', 'remove', nodeId, '--service', hypervisorId]);
    } finally {
      await unbind();
    }
    return 'without a VM group, binding is refused (access nodes must be added by hand), and the tenant reads that its provider has to finish the set-up; with one, a node was launched in its zone for a job and went afterwards, and the group cannot be removed while a tenant uses it; a node added by hand is enough as well';
  },
};
