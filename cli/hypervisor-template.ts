import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';

export const addHypervisorTemplate = (group: Command): void => {
  group
    .command('template')
    .description('operators: print what is to be deployed in a service hypervisor’s account (CloudFormation)')
    .argument('<id>', 'the hypervisor')
    .addHelpText(
      'after',
      `
Example:
  $ holdfast hypervisor template hv-0199… > holdfast.yml
  $ aws cloudformation deploy --stack-name holdfast --template-file holdfast.yml --capabilities CAPABILITY_NAMED_IAM`,
    )
    .action(async (hypervisorId: string, _: unknown, command: Command) => {
      const { api, screen } = openContext(command);
      const answer = await api.call(operatorRoutes.getHypervisorTemplate, { params: { hypervisorId } });
      if (screen.json) screen.value(answer);
      else screen.line(answer.template.trimEnd());
    });
};
