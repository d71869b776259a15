import type { Command } from 'commander';
import { type StartOptions, startLibraryRun, withStartOptions } from './start-library-run.ts';

export const addLibraryRotateKey = (group: Command): void => {
  withStartOptions(group.command('rotate-key'))
    .description('operators: another data key for a tenant’s library: what is written then is sealed with it')
    .addHelpText(
      'after',
      `
What is there stays readable, under the keys that sealed it: nothing is written anew, and backups go on meanwhile.
It is kept as every data key is: wrapped by the KMS key, and sealed for the offline recovery key.

Example:
  $ holdfast library rotate-key hv-0199… --wait`,
    )
    .action((tenant: string, options: StartOptions, command: Command) =>
      startLibraryRun(command, tenant, 'rotate-key', options),
    );
};
