import type { Command } from 'commander';
import { type StartOptions, startLibraryRun, withStartOptions } from './start-library-run.ts';

export const addLibraryPrune = (group: Command): void => {
  withStartOptions(group.command('prune'))
    .description('operators: give back the space of what no recovery point refers to any more')
    .option('--dry-run', 'only what it would do')
    .option('--accept-damage', 'go on though recovery points cannot be read whole: after a repair')
    .addHelpText(
      'after',
      `
Safe beside backups and restores. It condemns first, and deletes after a week, when nothing can rely on it any more;
with --wait, the command ends when that wait begins.

Example:
  $ holdfast library prune hv-0199… --dry-run --wait`,
    )
    .action((tenant: string, options: StartOptions, command: Command) =>
      startLibraryRun(command, tenant, 'prune', options),
    );
};
