import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';

export const addQuarantineRelease = (group: Command): void => {
  group
    .command('release')
    .description('take it out; what failed of an order’s job is tried once more, unless it was cancelled')
    .argument('<id>', 'of the order or message')
    .option('--no-retry', 'only take it out')
    .addHelpText('after', '\nExample:\n  $ holdfast quarantine release ord-0199… --no-retry')
    .action(async (quarantinedId: string, { retry }: { readonly retry: boolean }, command: Command) => {
      const { api, screen } = openContext(command);
      const released = await api.call(operatorRoutes.releaseQuarantined, {
        params: { quarantinedId },
        query: { retry: retry ? 'true' : 'false' },
      });
      if (screen.json) return screen.value(released);
      screen.line(`Released: ${released.id}.`);
      if (released.retries) screen.line(`Tried once more: ${released.retries}`);
      if (released.note) screen.note(released.note);
    });
};
