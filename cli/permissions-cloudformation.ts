import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { templateText } from '../core/domain/cloudformation.ts';
import { usageError } from './cli-error.ts';
import { screenOf } from './screen.ts';
import { tenantRoleTemplate, tenantUserTemplate } from './tenant-template.ts';

interface Options {
  readonly hubRole?: string;
  readonly externalId?: string;
  readonly user?: boolean;
  readonly name: string;
}

const formed = (form: RegExp, words: string) => (text: string) => {
  if (form.test(text)) return text;
  throw new InvalidArgumentError(words);
};

export const addPermissionsCloudformation = (group: Command): void => {
  group
    .command('cloudformation')
    .description('print a tenant account’s template: the one role that Holdfast needs there; nothing is sent')
    .addOption(
      new Option('--hub-role <arn>', 'the deployment’s hub role, which alone may assume it').argParser(
        formed(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'It must be the ARN of an IAM role.'),
      ),
    )
    .addOption(
      new Option('--external-id <id>', 'what its trust asks for (default: a new random one)').argParser(
        formed(/^[\w+=,.@:/-]{2,1224}$/, 'It must have 2 to 1224 letters, digits and + = , . @ : / - only.'),
      ),
    )
    .addOption(
      new Option('--user', 'a user instead, of whose access key you make use').conflicts(['hubRole', 'externalId']),
    )
    .addOption(
      // the hub may assume roles of this name only
      new Option('--name <name>', 'of the role or user; it starts with holdfast-')
        .argParser(
          formed(/^holdfast-[\w+=,.@-]{1,55}$/, 'It must start with holdfast-, and have 64 characters at most.'),
        )
        .default('holdfast-tenant'),
    )
    .addHelpText(
      'after',
      `
Example:
  $ holdfast permissions cloudformation --hub-role arn:aws:iam::999999999999:role/holdfast-dev-hub > holdfast.json
  $ aws cloudformation deploy --stack-name holdfast --template-file holdfast.json --capabilities CAPABILITY_NAMED_IAM`,
    )
    .action(({ hubRole, externalId, user, name }: Options, command: Command) => {
      const screen = screenOf(command);
      if (user) {
        const template = templateText(tenantUserTemplate({ name }));
        return screen.json ? screen.value({ template }) : screen.line(template.trimEnd());
      }
      if (hubRole === undefined) {
        throw usageError('Who may assume the role is not known.', {
          field: '--hub-role',
          remedy: 'Give the ARN of the deployment’s hub role, as your provider names it; or --user for an access key.',
        });
      }
      const id = externalId ?? randomBytes(16).toString('hex');
      const template = templateText(tenantRoleTemplate({ hubRoleArn: hubRole, externalId: id, name }));
      if (screen.json) return screen.value({ template, externalId: id });
      screen.line(template.trimEnd());
      // to stderr: the template is redirected into a file
      if (externalId === undefined) screen.note(`Its ExternalId, for hypervisor add tenant: ${id}`);
    });
};
