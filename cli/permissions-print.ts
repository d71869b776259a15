import { Argument, type Command } from 'commander';
import { PERMISSION_SIDES, type PermissionSide, permissionsOf } from './permission-documents.ts';
import { screenOf } from './screen.ts';

export const addPermissionsPrint = (group: Command): void => {
  group
    .command('print')
    .description('print the JSON permissions that an account has to grant; nothing is sent')
    .addArgument(
      new Argument('[side]', 'a tenant’s role, the user of a tenant’s access key, or a service hypervisor elsewhere')
        .choices(PERMISSION_SIDES)
        .default('tenant'),
    )
    .addHelpText('after', '\nExample:\n  $ holdfast permissions print tenant > holdfast-policy.json')
    .action((side: PermissionSide, _: unknown, command: Command) => {
      screenOf(command).value(permissionsOf(side));
    });
};
