import type { Command } from 'commander';
import { type StartOptions, startLibraryRun, withStartOptions } from './start-library-run.ts';

export const addLibraryStats = (group: Command): void => {
  withStartOptions(group.command('stats'))
    .description('operators: how much a tenant’s library holds, stores, saves, and could give back')
    .addHelpText('after', '\nExample:\n  $ holdfast library stats hv-0199… --wait')
    .action((tenant: string, options: StartOptions, command: Command) =>
      startLibraryRun(command, tenant, 'stats', options),
    );
};
