import type { Command } from 'commander';
import { type AccessNodeView, operatorRoutes } from '../core/contracts/api.ts';
import { openContext, SERVICE_OPTION } from './context.ts';
import type { Screen } from './screen.ts';
import { time } from './units.ts';

const paintStatus = ({ colors }: Screen, status: AccessNodeView['status']): string => {
  if (status === 'online' || status === 'busy') return colors.green(status);
  return status === 'lost' ? colors.red(status) : colors.yellow(status);
};

export const addAccessNodeList = (group: Command): void => {
  group
    .command('list')
    .description('operators: a service hypervisor’s access nodes, and whether they are heard of')
    .requiredOption(...SERVICE_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast access-node list --service hv-0199…')
    .action(async ({ service }: { service: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const page = await api.call(operatorRoutes.listAccessNodes, { params: { hypervisorId: service } });
      if (screen.json) return screen.value(page);
      if (page.items.length === 0)
        return screen.line(`It has no access nodes. Add one: holdfast access-node add <name> --service ${service}`);
      screen.table(
        [
          'access node',
          'name',
          'status',
          'added',
          'system',
          'version',
          'zone',
          'instance',
          '>held',
          '>slots',
          'last heard of',
        ],
        page.items.map((node) => [
          node.nodeId,
          node.name,
          paintStatus(screen, node.status),
          node.origin === 'manual' ? 'by hand' : 'by itself',
          [node.os, node.osVersion].filter(Boolean).join(' '),
          node.version ?? '',
          node.zone ?? '',
          node.ec2InstanceId ?? '',
          node.held?.toString() ?? '',
          node.slots?.toString() ?? '',
          node.heartbeatAt ? time(node.heartbeatAt) : 'never',
        ]),
      );
    });
};
