import type { Command } from 'commander';
import { type AccessNodeView, operatorRoutes } from '../core/contracts/api.ts';
import { openContext, SERVICE_OPTION } from './context.ts';

/** Nobody ends it by itself, and its group takes it for one that works. What the node says it is goes into no command. */
const endInstance = ({ origin, ec2InstanceId = '' }: AccessNodeView): string | undefined =>
  origin === 'automatic' && /^i-[0-9a-f]+$/.test(ec2InstanceId)
    ? 'Its instance stays, and no other comes for it. Once it holds nothing: aws autoscaling ' +
      `terminate-instance-in-auto-scaling-group --instance-id ${ec2InstanceId} --no-should-decrement-desired-capacity`
    : undefined;

export const addAccessNodeDrain = (group: Command): void => {
  group
    .command('drain')
    .description('operators: let an access node finish what it holds, and take no more')
    .argument('<access node>', 'its id')
    .requiredOption(...SERVICE_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast access-node drain node-0199… --service hv-0199…')
    .action(async (nodeId: string, { service }: { service: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const node = await api.call(operatorRoutes.drainAccessNode, { params: { hypervisorId: service, nodeId } });
      if (screen.json) return screen.value(node);
      screen.line(`${node.name} takes no more work${node.held ? `; it still holds ${node.held}` : ''}.`);
      const next = endInstance(node);
      if (next !== undefined) screen.line(next);
    });
};
