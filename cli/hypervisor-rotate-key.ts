import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';
import { readSecretAccessKey } from './hypervisor-request.ts';

interface Options {
  readonly accessKeyId: string;
  readonly secretAccessKeyStdin?: boolean;
}

const fields = { accessKeyId: '--access-key-id', secretAccessKey: '--secret-access-key-stdin' } as const;

export const addHypervisorRotateKey = (group: Command): void => {
  group
    .command('rotate-key')
    .description('operators: another access key for an account that is reached by one; jobs go on')
    .argument('<id>', 'the hypervisor')
    .requiredOption('--access-key-id <id>', 'the new access key')
    .option('--secret-access-key-stdin', 'read its secret from standard input')
    .addHelpText(
      'after',
      `
The new key is tried first: where it does not do, the old one stays in use.
Its secret is read from standard input or from HOLDFAST_SECRET_ACCESS_KEY, never from the command line.

Example:
  $ holdfast hypervisor rotate-key hv-0199…a1 --access-key-id AKIA… --secret-access-key-stdin < secret`,
    )
    .action(async (hypervisorId: string, options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const secretAccessKey = await readSecretAccessKey(options);
      const hypervisor = await api.call(operatorRoutes.rotateKey, {
        params: { hypervisorId },
        body: { accessKeyId: options.accessKeyId, secretAccessKey },
        fields,
      });
      if (screen.json) return screen.value(hypervisor);
      screen.line(`${hypervisor.name} (${hypervisor.accountId}) is reached by the key ${hypervisor.accessKeyId} now.`);
      screen.line('Sessions of the old key last an hour at most: delete it after that.');
    });
};
