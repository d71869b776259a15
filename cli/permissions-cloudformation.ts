import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { screenOf } from './context.ts';
import { permissionsOf } from './permission-documents.ts';
import { tenantTemplate } from './tenant-template.ts';

interface Options {
  readonly hubRole: string;
  readonly externalId?: string;
  readonly roleName: string;
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
      new Option('--hub-role <arn>', 'the deployment’s hub role, which alone may assume it')
        .argParser(formed(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'It must be the ARN of an IAM role.'))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--external-id <id>', 'what the role’s trust asks for (default: a new random one)').argParser(
        formed(/^[\w+=,.@:/-]{2,1224}$/, 'It must have 2 to 1224 letters, digits and + = , . @ : / - only.'),
      ),
    )
    .addOption(
      new Option('--role-name <name>', 'how the role is called')
        .argParser(formed(/^[\w+=,.@-]{1,64}$/, 'It must be the name of an IAM role.'))
        .default('holdfast-tenant'),
    )
    .addHelpText(
      'after',
      `
Example:
  $ holdfast permissions cloudformation --hub-role arn:aws:iam::999999999999:role/holdfast-hub > holdfast.yml
  $ aws cloudformation deploy --stack-name holdfast --template-file holdfast.yml --capabilities CAPABILITY_NAMED_IAM`,
    )
    .action(({ hubRole, externalId, roleName }: Options, command: Command) => {
      const screen = screenOf(command);
      const id = externalId ?? randomBytes(16).toString('hex');
      const permissions = permissionsOf('tenant');
      const template = tenantTemplate({ hubRoleArn: hubRole, externalId: id, roleName, permissions });
      if (screen.json) return screen.value({ template, externalId: id, roleName });
      screen.line(template.trimEnd());
      if (externalId === undefined)
        process.stderr.write(`Its new ExternalId: ${id}\nFor: holdfast hypervisor add tenant --external-id ${id}\n`);
    });
};
