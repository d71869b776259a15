import type { Command } from 'commander';
import { type AccessNodeView, operatorRoutes } from '../core/contracts/api.ts';
import { openContext, SERVICE_OPTION } from './context.ts';

/** What becomes of the machine: a group of Windows nodes is sized by operators. */
const whatFollows = ({ origin, os }: AccessNodeView): string => {
  if (origin === 'manual') return 'Then it ends, and stays so until it is started again.';
  if (os === 'windows') return 'Then it ends; its instance stays until you size its group.';
  return 'Then its instance is ended, and another one comes if there is work.';
};

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
      screen.line(whatFollows(node));
    });
};
