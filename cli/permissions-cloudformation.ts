import type { Command } from 'commander';
import { templateText } from '../core/domain/cloudformation.ts';
import { tenantRoleTemplate } from '../core/domain/tenant-role-template.ts';
import { tenantPolicies } from '../infra/permissions/tenant-permissions.ts';
import { screenOf } from './screen.ts';
import { type TenantAccountOptions, tenantAccountOf, withTenantAccountOptions } from './tenant-account-options.ts';
import { tenantUserTemplate } from './tenant-user-template.ts';

export const addPermissionsCloudformation = (group: Command): void => {
  withTenantAccountOptions(
    group
      .command('cloudformation')
      .description('print a tenant account’s template: the one role that Holdfast needs there; nothing is sent'),
  )
    .addHelpText(
      'after',
      `
Example:
  $ holdfast permissions cloudformation --hub-role arn:aws:iam::999999999999:role/holdfast-dev-hub --external-id 0123… > holdfast.json
  $ aws cloudformation deploy --stack-name holdfast --template-file holdfast.json --capabilities CAPABILITY_NAMED_IAM`,
    )
    .action((options: TenantAccountOptions, command: Command) => {
      const screen = screenOf(command);
      const account = tenantAccountOf(options);
      const { features } = account;
      if (account.kind === 'user') {
        const template = templateText(tenantUserTemplate(account.name, features));
        return screen.json ? screen.value({ template }) : screen.line(template.trimEnd());
      }
      const { externalId } = account.role;
      const template = templateText(tenantRoleTemplate(account.role, tenantPolicies(features)));
      if (screen.json) return screen.value({ template, externalId });
      screen.line(template.trimEnd());
    });
};
