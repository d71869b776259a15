import type { Command } from 'commander';
import { depthOption, type StartOptions, startLibraryRun, withStartOptions } from './start-library-run.ts';

export const addLibraryRepair = (group: Command): void => {
  withStartOptions(group.command('repair'))
    .description('operators: put right what can be put right in a tenant’s library, and say what is lost')
    .addOption(
      depthOption('structure finds what is missing; everything (default) also what cannot be read', [
        'structure',
        'everything',
      ]),
    )
    .addHelpText(
      'after',
      `
Deletes no recovery point. A later backup of blocks that were lost brings them back, for older recovery points too.
With --wait, exit code 1 if something is wrong still.

Example:
  $ holdfast library repair hv-0199… --wait`,
    )
    .action((tenant: string, options: StartOptions, command: Command) =>
      startLibraryRun(command, tenant, 'repair', options),
    );
};
