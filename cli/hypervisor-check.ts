import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { CliError } from './cli-error.ts';
import { openContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { showHypervisor } from './show-hypervisor.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export const addHypervisorCheck = (group: Command): void => {
  group
    .command('check')
    .description('operators: look whether all that a service hypervisor needs in its account is there')
    .argument('<id>', 'the hypervisor')
    .option('--wait', 'look again until it is')
    .addHelpText('after', '\nExample:\n  $ holdfast hypervisor check hv-0199… --wait')
    .action(async (hypervisorId: string, { wait }: { readonly wait?: boolean }, command: Command) => {
      const context = openContext(command);
      const { api, screen } = context;
      const hypervisor = wait
        ? await waitUntilReady(context, { hypervisorId })
        : await api.call(operatorRoutes.checkHypervisor, { params: { hypervisorId } });
      const ready = hypervisor.state === 'ready';
      if (screen.json) screen.value(hypervisor);
      else {
        screen.line(
          ready
            ? `${screen.colors.green('Ready:')} all that ${hypervisor.name} needs is there.\n`
            : `Not all that ${hypervisor.name} needs is there yet. Deploy: holdfast hypervisor template ${hypervisorId}\n`,
        );
        showHypervisor(screen, hypervisor);
      }
      if (!ready) throw new CliError('NotReady', '', { exitCode: EXIT.incomplete });
    });
};
