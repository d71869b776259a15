import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';
import { given } from './options.ts';

export const addHypervisorRevoke = (group: Command): void => {
  group
    .command('revoke')
    .description('operators: withdraw the access to a tenant’s account at once; its open jobs are cancelled')
    .argument('<tenant id>', 'the tenant hypervisor')
    .option('--reason <text>', 'why, for whoever asks later')
    .addHelpText(
      'after',
      `
Nothing is backed up, restored or removed in its account until the access is given back; what cancelled jobs left there is
still taken away. Sessions that access nodes hold end within the hour. The account's owner can end them at once:
of a role in the IAM console (Revoke active sessions), of a user with an access key by attaching AWSDenyAll to it.
Making the key inactive does not end them.

Example:
  $ holdfast hypervisor revoke hv-0199…a1 --reason "key lost, case 4711"`,
    )
    .action(async (hypervisorId: string, { reason }: { readonly reason?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const tenant = await api.call(operatorRoutes.revokeAccess, {
        params: { hypervisorId },
        body: given({ reason }),
        fields: { reason: '--reason' },
      });
      if (screen.json) return screen.value(tenant);
      const { cancelledJobs, name, accountId } = tenant;
      screen.line(`Revoked: nothing of ${name} (${accountId}) is reached any more.`);
      for (const jobId of cancelledJobs) screen.line(`Cancelled ${jobId}`);
      screen.line(`Give it back: holdfast hypervisor restore-access ${hypervisorId}`);
    });
};
