import type { Command } from 'commander';
import { depthOption, type StartOptions, startLibraryRun, withStartOptions } from './start-library-run.ts';

export const addLibraryCheck = (group: Command): void => {
  withStartOptions(group.command('check'))
    .description('operators: compare what is in a tenant’s library with what must be there')
    .addOption(
      depthOption(
        'structure reads no data; sample a 28th of it for each day since the last check (default); everything all',
      ),
    )
    .addHelpText(
      'after',
      `
Names each damaged object, and which blocks of which recovery points are lost by it.
With --wait, exit code 1 if anything is wrong.

Example:
  $ holdfast library check hv-0199… --depth everything --wait`,
    )
    .action((tenant: string, options: StartOptions, command: Command) =>
      startLibraryRun(command, tenant, 'check', options),
    );
};
