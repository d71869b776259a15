import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext, SERVICE_OPTION } from './context.ts';

export const addAccessNodeRemove = (group: Command): void => {
  group
    .command('remove')
    .description('operators: forget an access node; drain it first')
    .argument('<access node>', 'its id')
    .requiredOption(...SERVICE_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast access-node remove node-0199… --service hv-0199…')
    .action(async (nodeId: string, { service }: { service: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const node = await api.call(operatorRoutes.removeAccessNode, { params: { hypervisorId: service, nodeId } });
      if (screen.json) return screen.value(node);
      screen.line(`Removed the access node ${node.name}.`);
    });
};
