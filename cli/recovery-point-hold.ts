import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';

export const addRecoveryPointHold = (group: Command): void => {
  group
    .command('hold')
    .description('put a recovery point under legal hold: retention keeps it until it is released')
    .argument('<recovery point>', 'its id')
    .requiredOption('--reason <text>', 'why, for whoever asks later')
    .option(...TENANT_OPTION)
    .addHelpText('after', "\nExample:\n  $ holdfast recovery-point hold rp-0199… --reason 'case 4711'")
    .action(async (recoveryPointId: string, options: { reason: string; tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('holdRecoveryPoint', options.tenant);
      const point = await api.call(route, {
        params: { ...params, recoveryPointId },
        body: { reason: options.reason },
        fields: { reason: '--reason' },
      });
      if (screen.json) return screen.value(point);
      screen.line(`${point.recoveryPointId} is under legal hold: retention keeps it until it is released.`);
    });
};
