import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { idempotencyOption, openContext, SERVICE_OPTION } from './context.ts';

export const addAccessNodeAdd = (group: Command): void => {
  group
    .command('add')
    .description('operators: add an access node by hand; prints the environment to start it with')
    .argument('<name>', 'how you call it')
    .requiredOption(...SERVICE_OPTION)
    .addOption(idempotencyOption())
    .addHelpText(
      'after',
      `
The instance runs with the instance profile that is printed: its role takes orders of this service hypervisor only. The
environment goes into /etc/holdfast/node.env (on Windows C:\\ProgramData\\Holdfast Node\\node.env) of a Linux or Windows
EC2 instance of the service hypervisor’s account; docs/access-nodes.md says how the node is installed there.

Example:
  $ holdfast access-node add worker-1 --service hv-0199…`,
    )
    .action(async (name: string, { service }: { service: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const node = await api.call(operatorRoutes.addAccessNode, {
        params: { hypervisorId: service },
        body: { name },
        fields: { name: '<name>' },
      });
      if (screen.json) return screen.value(node);
      screen.line(`${screen.colors.green('Added')} the access node ${node.name}: ${node.nodeId}`);
      screen.line(
        `It is "expected" until it reports. Start it on an instance with the profile ${node.instanceProfileName} and this environment:\n`,
      );
      for (const [variable, value] of Object.entries(node.environment)) screen.line(`${variable}=${value}`);
    });
};
