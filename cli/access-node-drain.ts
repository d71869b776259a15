import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext, SERVICE_OPTION } from './context.ts';

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
    });
};
