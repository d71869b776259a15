/** What is to be done after a hypervisor was added. */
import { type HypervisorView, operatorRoutes } from '../core/contracts/api.ts';
import type { Context } from './context.ts';

export const nextSteps = async ({ api, screen }: Context, hypervisor: HypervisorView): Promise<void> => {
  const { hypervisorId, kind, state, accountId, accessNodes } = hypervisor;
  if (kind === 'tenant') return screen.line(`Next: holdfast hypervisor bind ${hypervisorId} --to <service hypervisor>`);
  if (state === 'preparing') {
    const { template } = await api.call(operatorRoutes.getHypervisorTemplate, { params: { hypervisorId } });
    screen.line(
      `Deploy this in account ${accountId} (holdfast hypervisor template ${hypervisorId} prints it again):\n`,
    );
    screen.line(template);
    return screen.line(`\nThen: holdfast hypervisor check ${hypervisorId}`);
  }
  const nodes =
    accessNodes === 'automatic'
      ? `say where its access nodes are launched: holdfast vm-group add nodes --service ${hypervisorId} --all`
      : `add access nodes: holdfast access-node add <name> --service ${hypervisorId}`;
  screen.line(`Next: ${nodes}`);
  screen.line(`Then bind tenants: holdfast hypervisor bind <tenant> --to ${hypervisorId}`);
};
