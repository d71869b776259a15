import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';

interface Options {
  readonly account: string;
  readonly region?: string;
  readonly externalId?: string;
  readonly libraryBucket?: string;
}

export const addHypervisorAccessTemplate = (group: Command): void => {
  group
    .command('access-template')
    .description('operators: print what lets Holdfast into another account, to deploy before its service is added')
    .requiredOption('--account <id>', 'the AWS account that is to become a service hypervisor')
    .option('--region <region>', 'its AWS region (default: AWS_REGION)')
    .option('--external-id <id>', 'what its role’s trust asks for (default: a new random one, in the template)')
    .option('--library-bucket <bucket>', 'also make this bucket for its library, with a key and a role')
    .addHelpText(
      'after',
      `
Example:
  $ holdfast hypervisor access-template --account 444444444444 --region eu-west-1 > access.json
  $ aws cloudformation deploy --stack-name holdfast-access --template-file access.json --capabilities CAPABILITY_NAMED_IAM`,
    )
    .action(async ({ account, region, externalId, libraryBucket }: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const answer = await api.call(operatorRoutes.getServiceAccessTemplate, {
        query: { accountId: account, region: region ?? process.env.AWS_REGION, externalId, libraryBucket },
        fields: {
          accountId: '--account',
          region: '--region',
          externalId: '--external-id',
          libraryBucket: '--library-bucket',
        },
      });
      if (screen.json) screen.value(answer);
      else screen.line(answer.template.trimEnd());
    });
};
