import { writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LONGEST_VALID_SECONDS } from '../adapters/aws/publish-template.ts';
import { operatorRoutes } from '../core/contracts/api.ts';
import type { InvitationView } from '../core/contracts/invitations.ts';
import { quoted } from '../core/domain/shell.ts';
import { usageError } from './cli-error.ts';
import { openContext } from './context.ts';
import { given, repeatable } from './options.ts';
import { wholeNumber } from './paging.ts';
import { type Published, placeOf, publishInvitation, STACK } from './publish-invitation.ts';
import type { Screen } from './screen.ts';
import { time } from './units.ts';

interface Options {
  readonly account: string;
  readonly name: string;
  readonly region?: string;
  readonly feature?: readonly string[];
  readonly output?: string;
  readonly publish?: string;
  readonly bucketRegion?: string;
  readonly validHours: number;
}

const MOST_HOURS = LONGEST_VALID_SECONDS / 3_600;

const hours = (text: string): number => {
  const value = wholeNumber(text);
  if (value >= 1 && value <= MOST_HOURS) return value;
  throw new InvalidArgumentError(`It must be 1 to ${MOST_HOURS}.`);
};

const EXAMPLES = `
The account deploys the template: one role, that trusts this deployment's hub role and nobody else, under an ExternalId
of its own. Invited again, the account gets the same ExternalId.

Examples:
  $ holdfast tenant invite --account 111122223333 --name acme --region eu-central-1 --output acme.json
  $ holdfast tenant invite --account 111122223333 --name acme --publish s3://our-templates/acme.json`;

export const addTenantInvite = (group: Command): void => {
  group
    .command('invite')
    .description('operators: make what an account deploys to be protected, with its ExternalId')
    .requiredOption('--account <id>', 'the AWS account, 12 digits')
    .requiredOption('--name <name>', 'how you call the tenant')
    .option('--region <region>', 'where its instances are (default: AWS_REGION)')
    .addOption(
      repeatable(
        '--feature <name>',
        'allow only what this needs; several with commas (default: as last time, at first everything)',
      ),
    )
    .option('--output <file>', 'write the template there (default: print it)')
    .addOption(
      new Option('--publish <s3://bucket/key>', 'put it into a bucket of yours, and print a link').conflicts('output'),
    )
    .option('--bucket-region <region>', 'with --publish: of the bucket (default: AWS_REGION)')
    .addOption(new Option('--valid-hours <n>', 'with --publish: how long the link works').argParser(hours).default(72))
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const { account: accountId, name, region = process.env.AWS_REGION, feature: features } = options;
      if (!region) throw usageError('The region is not known.', { field: '--region', remedy: 'Give it.' });
      const place = options.publish && placeOf(options.publish, options.bucketRegion ?? ownRegion());
      const invitation = await api.call(operatorRoutes.inviteTenant, {
        body: { accountId, name, region, ...given({ features: features && [...features] }) },
        fields: { accountId: '--account', name: '--name', region: '--region', features: '--feature' },
      });
      const published = place ? await publishInvitation(invitation, place, options.validHours) : undefined;
      if (options.output !== undefined) writeFileSync(options.output, invitation.template);
      if (screen.json) return screen.value({ ...invitation, ...published });
      if (published) return showLink(screen, invitation, published);
      if (options.output !== undefined) return showFile(screen, invitation, options.output);
      screen.line(invitation.template.trimEnd());
      // to stderr: the template is redirected into a file
      screen.note(`ExternalId of the account ${accountId}: ${invitation.externalId}`);
      screen.note(deployLine('<file>', region));
      screen.note(nextLine(invitation));
    });
};

const ownRegion = (): string => {
  if (process.env.AWS_REGION) return process.env.AWS_REGION;
  throw usageError('The region of the bucket is not known.', { field: '--bucket-region', remedy: 'Give it.' });
};

const deployLine = (file: string, region: string): string =>
  `Deploy it there: aws cloudformation deploy --stack-name ${STACK} --template-file ${file} --capabilities CAPABILITY_NAMED_IAM --region ${region}`;

const nextLine = ({ accountId, name, region, roleArn, hypervisorId }: InvitationView): string =>
  hypervisorId === undefined
    ? `Then: holdfast hypervisor add tenant --name ${quoted(name)} --account ${accountId} --region ${region} --auth assume-role --role-arn ${roleArn}`
    : `It is the tenant hypervisor ${hypervisorId} already.`;

const show = (screen: Screen, { accountId, externalId, roleArn, hubRoleArn, features }: InvitationView): void => {
  screen.fields([
    ['Account', accountId],
    ['ExternalId', externalId],
    ['Role', roleArn],
    ['It trusts', hubRoleArn],
    ['It allows', features.join(', ')],
  ]);
  screen.line();
};

const showFile = (screen: Screen, invitation: InvitationView, file: string): void => {
  show(screen, invitation);
  screen.line(deployLine(file, invitation.region));
  screen.line(nextLine(invitation));
};

const showLink = (screen: Screen, invitation: InvitationView, { link, validUntil }: Published): void => {
  show(screen, invitation);
  screen.line(`Whoever administers the account opens this, signed in there (valid until ${time(validUntil)}):\n`);
  screen.line(link);
  screen.line(`\n${nextLine(invitation)}`);
};
