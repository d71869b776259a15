import type { Command } from 'commander';
import { idempotencyOption, onNamedTenant, openContext } from './context.ts';

export const addLibraryCancel = (group: Command): void => {
  group
    .command('cancel')
    .description('operators: end a run of a library (check, prune, …); the next one goes on with what it left')
    .argument('<run>', 'its id')
    .requiredOption('--tenant <hypervisor id>', 'the tenant hypervisor')
    .addOption(idempotencyOption())
    .addHelpText('after', '\nExample:\n  $ holdfast library cancel run-0199… --tenant hv-0199…')
    .action(async (runId: string, { tenant }: { readonly tenant: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onNamedTenant('cancelLibraryRun', tenant);
      const run = await api.call(route, { params: { ...params, runId } });
      if (screen.json) screen.value(run);
      else screen.line(`Cancelled: ${run.runId} (${run.task}).`);
    });
};
