import type { Command } from 'commander';
import { onNamedTenant, openContext } from './context.ts';
import { followLibraryRun, tellLibraryRun } from './follow-library-run.ts';

interface Options {
  readonly tenant: string;
  readonly wait?: boolean;
}

export const addLibraryRun = (group: Command): void => {
  group
    .command('run')
    .description('operators: one run of a library (check, prune, …), and what came of it')
    .argument('<run>', 'its id')
    .requiredOption('--tenant <hypervisor id>', 'the tenant hypervisor')
    .option('--wait', 'until it has ended, with its progress')
    .addHelpText('after', '\nExample:\n  $ holdfast library run run-0199… --tenant hv-0199…')
    .action(async (runId: string, { tenant, wait }: Options, command: Command) => {
      const context = openContext(command);
      if (wait) return followLibraryRun(context, { tenant, runId });
      const { route, params } = onNamedTenant('getLibraryRun', tenant);
      tellLibraryRun(context.screen, await context.api.call(route, { params: { ...params, runId } }));
    });
};
