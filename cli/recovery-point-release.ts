import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';

export const addRecoveryPointRelease = (group: Command): void => {
  group
    .command('release')
    .description('end a recovery point’s legal hold: retention decides on it again')
    .argument('<recovery point>', 'its id')
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast recovery-point release rp-0199…')
    .action(async (recoveryPointId: string, options: { tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('releaseRecoveryPoint', options.tenant);
      const point = await api.call(route, { params: { ...params, recoveryPointId } });
      if (screen.json) return screen.value(point);
      screen.line(`${point.recoveryPointId} is released: the next retention run decides on it as on any other.`);
    });
};
