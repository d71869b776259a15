import type { Command } from 'commander';
import { type StartOptions, startLibraryRun, withStartOptions } from './start-library-run.ts';

export const addLibraryExtendLocks = (group: Command): void => {
  withStartOptions(group.command('extend-locks'))
    .description('operators: keep from everybody, for another epoch, what retention keeps (Object Lock)')
    .addHelpText(
      'after',
      `
It runs by itself when a lock has no more than ten days left. Where every lock is long enough it changes nothing.

Example:
  $ holdfast library extend-locks hv-0199… --wait`,
    )
    .action((tenant: string, options: StartOptions, command: Command) =>
      startLibraryRun(command, tenant, 'extend-locks', options),
    );
};
