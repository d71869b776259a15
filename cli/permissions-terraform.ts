import type { Command } from 'commander';
import { screenOf } from './screen.ts';
import { type TenantAccountOptions, tenantAccountOf, withTenantAccountOptions } from './tenant-account-options.ts';
import { tenantTerraform } from './tenant-terraform.ts';

export const addPermissionsTerraform = (group: Command): void => {
  withTenantAccountOptions(
    group
      .command('terraform')
      .description(
        'print the same as Terraform (a .tf.json file), its permissions as managed policies; nothing is sent',
      ),
  )
    .addHelpText(
      'after',
      `
Example:
  $ holdfast permissions terraform --hub-role arn:aws:iam::999999999999:role/holdfast-dev-hub --external-id 0123… > holdfast.tf.json
  $ terraform init && terraform apply`,
    )
    .action((options: TenantAccountOptions, command: Command) => {
      screenOf(command).value(tenantTerraform(tenantAccountOf(options)));
    });
};
