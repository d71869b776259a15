import { Argument, type Command, Option } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { idempotencyOption, openContext } from './context.ts';
import { nextSteps } from './hypervisor-next.ts';
import { type HypervisorOptions, hypervisorFields, hypervisorRequest } from './hypervisor-request.ts';
import { showHypervisor } from './show-hypervisor.ts';
import { waitUntilReady } from './wait-until-ready.ts';

const EXAMPLES = `
Of another account, deploy first what lets Holdfast in: for a tenant what "holdfast tenant invite" makes, for a
service hypervisor "holdfast hypervisor access-template".

A secret access key is read from standard input (--secret-access-key-stdin) or from HOLDFAST_SECRET_ACCESS_KEY,
never from the command line.

Examples:
  $ holdfast hypervisor add service --name backup --account 999999999999 --region eu-central-1 \\
      --auth iam-role --access-nodes automatic --recovery-public-key hfpub1-…
  $ holdfast hypervisor add service --name west --account 444444444444 --region eu-west-1 --auth assume-role \\
      --role-arn arn:aws:iam::444444444444:role/holdfast-dev-management --external-id 2b7c9d10… --recovery-public-key hfpub1-… --wait
  $ holdfast hypervisor add tenant --name shop --account 111111111111 --region eu-central-1 \\
      --auth assume-role --role-arn arn:aws:iam::111111111111:role/holdfast-tenant`;

export const addHypervisorAdd = (group: Command): void => {
  group
    .command('add')
    .description('operators: connect an AWS account, as one that lends resources or as one that is protected')
    .addArgument(new Argument('<kind>', 'what the account is').choices(['service', 'tenant']))
    .requiredOption('--name <name>', 'how you call it')
    .requiredOption('--account <id>', 'the AWS account, 12 digits')
    .option('--region <region>', 'its AWS region (default: AWS_REGION)')
    .addOption(
      new Option('--auth <method>', 'how to get in; iam-role is for service hypervisors only')
        .choices(['iam-role', 'assume-role', 'access-key'])
        .makeOptionMandatory(),
    )
    .option('--role-arn <arn>', 'the role to assume')
    .option(
      '--external-id <id>',
      'the ExternalId that the role’s trust policy asks for (of a tenant: the invitation’s, not needed)',
    )
    .option('--access-key-id <id>', 'the access key')
    .option('--secret-access-key-stdin', 'read its secret from standard input')
    .addOption(
      new Option('--access-nodes <how>', 'service: where access nodes come from (default: manual)').choices([
        'manual',
        'automatic',
      ]),
    )
    .option(
      '--node-subnets <ids>',
      'service: launch automatic nodes in these subnets, separated by commas (default: the account’s default subnets)',
    )
    .option('--library-bucket <bucket>', 'service: keep backup data in this S3 bucket (default: the deployment’s own)')
    .option('--library-prefix <prefix>', 'service: below this prefix of the bucket')
    .option('--library-path <folder>', 'service: keep backup data in a folder of the access nodes')
    .option(
      '--library-role <arn>',
      'service: the role that opens the bucket and the key, if they are another account’s',
    )
    .option(
      '--library-maintenance-role <arn>',
      'service: the role that may also delete in the bucket, for library repair and prune',
    )
    .option('--kms-key <arn>', 'service: the KMS key that wraps the tenants’ data keys (default: the deployment’s own)')
    .addOption(
      new Option(
        '--lock <mode>',
        'service: Object Lock for what is written to the library; compliance is vault mode: nobody can shorten it (default: none)',
      ).choices(['none', 'governance', 'compliance']),
    )
    .option('--recovery-public-key <key>', 'service: the public half of your offline recovery key')
    .option('--wait', 'service in another account: wait until its template is deployed')
    .addOption(idempotencyOption())
    .addHelpText('after', EXAMPLES)
    .action(async (kind: 'service' | 'tenant', options: HypervisorOptions, command: Command) => {
      const context = openContext(command);
      const { api, screen } = context;
      const body = await hypervisorRequest(kind, options);
      const hypervisor = await api.call(operatorRoutes.addHypervisor, { body, fields: hypervisorFields });
      const wait = options.wait === true && hypervisor.state === 'preparing';
      if (screen.json) return screen.value(wait ? await waitUntilReady(context, hypervisor) : hypervisor);
      screen.line(`${screen.colors.green('Added')} the ${kind} hypervisor ${hypervisor.name}.\n`);
      showHypervisor(screen, hypervisor);
      screen.line();
      await nextSteps(context, hypervisor);
      if (wait) screen.line(`${screen.colors.green('Ready:')} ${(await waitUntilReady(context, hypervisor)).name}`);
    });
};
