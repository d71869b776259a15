import type { Command } from 'commander';
import { numeric } from './options.ts';

/** A command without a verb. What it needs is loaded when it is called: this file is loaded with every command. */
export const addConsole = (program: Command): void => {
  program
    .command('console')
    .description('the console in a browser, as yourself')
    .option('--profile <name>', 'the AWS profile that signs (default: as every other command)')
    .addOption(numeric('--port <n>', 'on 127.0.0.1 (default: any free one)'))
    .addHelpText(
      'after',
      `
Serves the page on this machine only and signs what it asks of the API with your own credentials, which the page never
sees. The address that it prints works once; after it was used it prints another one. Ends with Ctrl-C.

Example:
  $ holdfast console --profile operator`,
    )
    .action(async ({ profile, port }: { readonly profile?: string; readonly port?: number }, command: Command) => {
      const { openSigner } = await import('./context.ts');
      const { runConsole } = await import('./run-console.ts');
      await runConsole(openSigner(command, profile), port);
    });
};
